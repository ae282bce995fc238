package entra

import (
	"fmt"
	"time"

	"sensegate/internal/lab/contoso"
)

// graphCLI is Microsoft's command-line client for Graph, which every tenant
// knows; it has no consent for published applications.
const graphCLI = "14d82eec-204b-4c2f-b7e8-296a70dab67e"

// adminScopes are the delegated permissions the wizard's client was given.
func adminScopes() []string {
	return []string{
		"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
		"Domain.Read.All", "Organization.Read.All", "User.Read", "User.Read.All",
	}
}

// newState is the tenant as the lab finds it.
func newState(now time.Time) State {
	synced := true
	st := State{
		Tenant: Tenant{
			ID:          contoso.TenantID,
			DisplayName: "Contoso (practice)",
			Domains: []Domain{
				{Name: contoso.TenantDomain, Default: true},
				{Name: contoso.InitialDomain, Initial: true},
			},
			SyncEnabled:  &synced,
			LastSync:     now.UTC().Truncate(time.Second).Add(-12 * time.Minute),
			SyncEvery:    30 * time.Minute,
			ProxyEnabled: true,
		},
		SKUs: []SKU{{
			ID: "078d2b04-f1bd-4111-bbd4-b4b1b354cef4", PartNumber: "AAD_PREMIUM", CapabilityStatus: "Enabled",
			Enabled: 25, Consumed: 3,
			Plans: []ServicePlan{{ID: PlanPremiumP1, Name: "AAD_PREMIUM", ProvisioningStatus: "Success"}},
		}},
		Clients: []Client{
			{
				ID: contoso.ClientID, Name: "Sensegate", RedirectURIs: []string{"http://localhost"},
				Scopes: adminScopes(), PublishedApps: true,
			},
			{
				ID: graphCLI, Name: "Microsoft Graph Command Line Tools", RedirectURIs: []string{"http://localhost"},
				Scopes: adminScopes(),
			},
		},
		RetryAfter:       1,
		ConsistencyReads: 2,
		PageSize:         100,
		SignInFailures:   map[string]int{},
	}
	for i, p := range []contoso.Person{contoso.Admin(), contoso.TestUser(), contoso.Qlik()} {
		st.Users = append(st.Users, newUser(p, 1104+i))
	}
	st.Users = append(st.Users, User{
		ID: fixedID("user", "sync"), UPN: contoso.SyncAccount, DisplayName: "On-Premises Directory Synchronization Service Account",
		Enabled: true, Type: "Member",
	})
	st.Users[0].Roles = []string{RoleApplicationAdministrator}

	st.Groups = []ConnectorGroup{
		{ID: fixedID("group", "Default"), Name: "Default", Region: "eur", Default: true},
		{ID: fixedID("group", contoso.GroupName), Name: contoso.GroupName, Region: "eur"},
	}
	for i, h := range contoso.Connectors() {
		st.Connectors = append(st.Connectors, Connector{
			ID: fixedID("connector", h.Name), MachineName: h.Name, ExternalIP: fmt.Sprintf("203.0.113.%d", 7+i),
			Status: "active", Version: "1.5.4892.0", GroupID: fixedID("group", contoso.GroupName),
		})
	}
	return st
}

func newUser(p contoso.Person, rid int) User {
	return User{
		ID: fixedID("user", p.SAM), UPN: p.UPN, DisplayName: p.Name, Mail: p.UPN, Password: p.Password,
		Enabled: true, Type: "Member", Plans: []string{PlanPremiumP1},
		OnPremises: &OnPremises{
			UPN: p.UPN, SAM: p.SAM, Domain: contoso.Domain,
			DN:  "CN=" + p.Name + ",CN=Users," + contoso.BaseDN,
			SID: fmt.Sprintf("%s-%d", contoso.DomainSID, rid),
		},
	}
}
