package entra

import (
	"slices"
	"strings"
	"time"
)

func organizationShape() shape {
	return shape{typ: "microsoft.graph.organization", set: "organization"}
}

func userShape() shape {
	return shape{typ: "microsoft.graph.user", set: "users", shown: []string{
		"businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
		"preferredLanguage", "surname", "userPrincipalName", "id",
	}}
}

func (c *call) organization() record {
	t := &c.st.Tenant
	r := record{
		"id": t.ID, "displayName": t.DisplayName, "deletedDateTime": nil, "createdDateTime": "2019-03-01T08:00:00Z",
		"countryLetterCode": "CH", "preferredLanguage": "en", "tenantType": "AAD", "businessPhones": []string{},
		"technicalNotificationMails": []string{}, "onPremisesSyncEnabled": nil, "onPremisesLastSyncDateTime": nil,
		"assignedPlans": []record{}, "provisionedPlans": []record{}, "verifiedDomains": verifiedDomains(t),
	}
	// User.Read alone shows who the organisation is and no more.
	if !c.who.AppOnly && !overlap(c.who.Scopes, append(scopesDirectoryRead(), "Organization.Read.All", "Organization.ReadWrite.All")) {
		return r
	}
	if t.SyncEnabled != nil {
		r["onPremisesSyncEnabled"] = *t.SyncEnabled
	}
	r["onPremisesLastSyncDateTime"] = stamp(t.lastSync(c.now))
	var plans []string
	for _, k := range c.st.SKUs {
		for _, p := range k.Plans {
			if k.CapabilityStatus == "Enabled" && p.ProvisioningStatus == "Success" {
				plans = append(plans, p.ID)
			}
		}
	}
	r["assignedPlans"] = assignedPlans(plans)
	return r
}

func verifiedDomains(t *Tenant) []record {
	out := []record{}
	for _, d := range t.Domains {
		out = append(out, record{
			"name": d.Name, "type": "Managed", "isDefault": d.Default, "isInitial": d.Initial,
			"capabilities": "Email, OfficeCommunicationsOnline",
		})
	}
	return out
}

func listOrganization(c *call) (reply, *graphError) {
	return c.list(organizationShape(), c.organization(), []record{c.organization()})
}

func getOrganization(c *call) (reply, *graphError) {
	if !strings.EqualFold(c.ids[0], c.st.Tenant.ID) {
		return reply{}, notFound(c.ids[0])
	}
	return c.one(organizationShape(), c.organization())
}

func listDomains(c *call) (reply, *graphError) {
	var all []record
	for _, d := range c.st.Tenant.Domains {
		all = append(all, domainRecord(d))
	}
	return c.list(shape{typ: "microsoft.graph.domain", set: "domains"}, domainRecord(Domain{}), all)
}

func domainRecord(d Domain) record {
	return record{
		"id": d.Name, "authenticationType": "Managed", "isAdminManaged": true, "isDefault": d.Default,
		"isInitial": d.Initial, "isRoot": true, "isVerified": true,
		"supportedServices": []string{"Email", "OfficeCommunicationsOnline"},
	}
}

func listSKUs(c *call) (reply, *graphError) {
	var all []record
	for _, k := range c.st.SKUs {
		all = append(all, c.skuRecord(k))
	}
	return c.list(shape{typ: "microsoft.graph.subscribedSku", set: "subscribedSkus"}, c.skuRecord(SKU{}), all)
}

func (c *call) skuRecord(k SKU) record {
	plans := []record{}
	for _, p := range k.Plans {
		plans = append(plans, record{
			"servicePlanId": p.ID, "servicePlanName": p.Name, "provisioningStatus": p.ProvisioningStatus, "appliesTo": "User",
		})
	}
	return record{
		"id": c.st.Tenant.ID + "_" + k.ID, "skuId": k.ID, "skuPartNumber": k.PartNumber, "accountId": c.st.Tenant.ID,
		"accountName": c.st.Tenant.DisplayName, "appliesTo": "User", "capabilityStatus": k.CapabilityStatus,
		"consumedUnits": k.Consumed, "subscriptionIds": []string{}, "servicePlans": plans,
		"prepaidUnits": record{"enabled": k.Enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
	}
}

func (c *call) userRecord(u *User) record {
	given, family, _ := strings.Cut(u.DisplayName, " ")
	r := record{
		"id": u.ID, "userPrincipalName": u.UPN, "displayName": u.DisplayName, "mail": orNull(u.Mail),
		"givenName": given, "surname": orNull(family), "businessPhones": []string{}, "jobTitle": nil, "mobilePhone": nil,
		"officeLocation": nil, "preferredLanguage": nil, "usageLocation": "CH", "mailNickname": u.UPN, "department": nil,
		"createdDateTime": "2019-03-01T08:00:00Z", "deletedDateTime": nil, "proxyAddresses": []string{},
		"accountEnabled": u.Enabled, "userType": u.Type, "assignedPlans": assignedPlans(u.Plans), "assignedLicenses": []record{},
		"onPremisesSyncEnabled": nil, "onPremisesUserPrincipalName": nil, "onPremisesSamAccountName": nil,
		"onPremisesDomainName": nil, "onPremisesDistinguishedName": nil, "onPremisesSecurityIdentifier": nil,
		"onPremisesLastSyncDateTime": nil, "onPremisesImmutableId": nil, "onPremisesProvisioningErrors": []record{},
	}
	if o := u.OnPremises; o != nil {
		errs := []record{}
		for _, e := range o.ProvisioningErrors {
			errs = append(errs, record{
				"category": "PropertyConflict", "propertyCausingError": "UserPrincipalName", "value": e,
				"occurredDateTime": stamp(c.st.Tenant.lastSync(c.now)),
			})
		}
		r["onPremisesSyncEnabled"] = true
		r["onPremisesUserPrincipalName"], r["onPremisesSamAccountName"] = orNull(o.UPN), orNull(o.SAM)
		r["onPremisesDomainName"], r["onPremisesDistinguishedName"] = orNull(o.Domain), orNull(o.DN)
		r["onPremisesSecurityIdentifier"], r["onPremisesProvisioningErrors"] = orNull(o.SID), errs
		r["onPremisesLastSyncDateTime"] = stamp(c.st.Tenant.lastSync(c.now))
	}
	return r
}

func listUsers(c *call) (reply, *graphError) {
	var all []record
	for i := range c.st.Users {
		all = append(all, c.userRecord(&c.st.Users[i]))
	}
	return c.list(userShape(), c.userRecord(&User{}), all)
}

func getUser(c *call) (reply, *graphError) {
	u := c.st.User(c.ids[0])
	if u == nil {
		return reply{}, notFound(c.ids[0])
	}
	return c.one(userShape(), c.userRecord(u))
}

func getMe(c *call) (reply, *graphError) {
	return c.one(userShape(), c.userRecord(c.user))
}

func listMyRoles(c *call) (reply, *graphError) {
	var all []record
	for _, id := range c.user.Roles {
		all = append(all, roleRecord(id))
	}
	return c.list(shape{typ: "microsoft.graph.directoryRole", set: "directoryRoles"}, roleRecord(""), all)
}

func roleRecord(id string) record {
	return record{
		"@odata.type": "#microsoft.graph.directoryRole", "id": fixedID("role", id), "deletedDateTime": nil,
		"displayName": roleName(id), "description": roleName(id), "roleTemplateId": id,
	}
}

func roleName(id string) string {
	switch id {
	case RoleGlobalAdministrator:
		return "Global Administrator"
	case RoleApplicationAdministrator:
		return "Application Administrator"
	case RoleCloudApplicationAdministrator:
		return "Cloud Application Administrator"
	case RoleGlobalReader:
		return "Global Reader"
	}
	return "Directory role " + id
}

func assignedPlans(ids []string) []record {
	out := []record{}
	for _, id := range ids {
		out = append(out, record{
			"servicePlanId": id, "service": "AADPremiumService", "capabilityStatus": "Enabled",
			"assignedDateTime": "2024-01-10T09:00:00Z",
		})
	}
	return out
}

// premium says whether one of the plans covers application proxy.
func premium(plans []string) bool {
	return slices.Contains(plans, PlanPremiumP1) || slices.Contains(plans, PlanPremiumP2)
}

// premium says whether the tenant's own subscription covers it.
func (st *State) premium() bool {
	for _, k := range st.SKUs {
		for _, p := range k.Plans {
			if k.CapabilityStatus == "Enabled" && p.ProvisioningStatus == "Success" && premium([]string{p.ID}) {
				return true
			}
		}
	}
	return false
}

// stamp is a time as Graph writes it; null for the zero time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
