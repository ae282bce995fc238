package directory

import (
	"fmt"
	"maps"
	"time"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/directory/security"
)

// defaultMappings is the list a new forest gets: the service classes that HOST
// stands for.
const defaultMappings = "host=alerter,appmgmt,cisvc,clipsrv,browser,dhcp,dnscache,replicator,eventlog," +
	"eventsystem,policyagent,oakley,dmserver,dns,mcsvc,fax,msiserver,ias,messenger,netlogon,netman,netdde," +
	"netddedsm,nmagent,plugplay,protectedstorage,rasman,rpclocator,rpc,rpcss,remoteaccess,rsvp,samss,scardsvr," +
	"scesrv,seclogon,scm,dcom,cifs,spooler,snmp,schedule,tapisrv,trksvr,trkwks,ups,time,wins,www,http,w3svc," +
	"iisadmin,msdtc"

// object is one entry of the forest as it is first made.
type object struct {
	dn    string
	kind  []string
	rid   uint32 // a fixed number in the domain, 0 for the next free one
	sid   security.SID
	attrs map[string][]string
}

func one(v string) []string { return []string{v} }

// seed fills an empty directory.
func seed(tx *Tx) error {
	later := tx.now
	tx.now = later.AddDate(-2, 0, 0)
	for _, part := range [][]object{containers(), configuration(), builtin(), domainGroups()} {
		if err := tx.createAll(part); err != nil {
			return err
		}
	}
	tx.now = later.AddDate(0, -14, 0)
	if err := seedMachines(tx); err != nil {
		return err
	}
	if err := seedPeople(tx); err != nil {
		return err
	}
	if err := seedMemberships(tx); err != nil {
		return err
	}
	tx.now = later
	return seedPasswordDates(tx)
}

func (tx *Tx) createAll(objects []object) error {
	for _, o := range objects {
		attrs := map[string][]string{"objectClass": o.kind}
		maps.Copy(attrs, o.attrs)
		sid := o.sid
		if o.rid != 0 {
			sid = security.SID(contoso.DomainSID).Child(o.rid)
		}
		if sid != "" {
			raw, err := sid.Bytes()
			if err != nil {
				return err
			}
			attrs["objectSid"] = one(string(raw))
		}
		if err := tx.Create(o.dn, attrs); err != nil {
			return fmt.Errorf("making %s: %w", o.dn, err)
		}
	}
	return nil
}

func containers() []object {
	base := contoso.BaseDN
	critical := map[string][]string{"isCriticalSystemObject": one("TRUE"), "showInAdvancedViewOnly": one("FALSE")}
	return []object{
		{dn: base, kind: []string{"top", "domain", "domainDNS"}, sid: contoso.DomainSID, attrs: map[string][]string{
			"ms-DS-MachineAccountQuota": one("10"), "msDS-Behavior-Version": one("7"),
			"maxPwdAge": one("-36288000000000"), "minPwdAge": one("-864000000000"), "minPwdLength": one("7"),
			"pwdHistoryLength": one("24"), "pwdProperties": one("1"),
			"lockoutThreshold": one("10"), "lockoutDuration": one("-6000000000"), "lockOutObservationWindow": one("-6000000000"),
			"fSMORoleOwner": one("CN=NTDS Settings," + serverDN), "systemFlags": one("-1946157056"),
			"instanceType": one("5"), "isCriticalSystemObject": one("TRUE"),
			"gPLink": one("[LDAP://CN={31B2F340-016D-11D2-945F-00C04FB984F9},CN=Policies,CN=System," + base + ";0]"),
		}},
		{dn: "CN=Users," + base, kind: one("container"), attrs: critical},
		{dn: "CN=Computers," + base, kind: one("container"), attrs: critical},
		{dn: "CN=System," + base, kind: one("container"), attrs: critical},
		{dn: "CN=Builtin," + base, kind: []string{"top", "builtinDomain"}, sid: "S-1-5-32", attrs: critical},
		{dn: "OU=Domain Controllers," + base, kind: one("organizationalUnit"), attrs: critical},
		{dn: "OU=Services," + base, kind: one("organizationalUnit"), attrs: map[string][]string{"description": one("Accounts that run services")}},
		{dn: "OU=Servers," + base, kind: one("organizationalUnit"), attrs: map[string][]string{"description": one("Member servers")}},
		{dn: "OU=Staff," + base, kind: one("organizationalUnit"), attrs: map[string][]string{"description": one("People")}},
	}
}

func configuration() []object {
	partitions := "CN=Partitions," + configurationDN
	sites := "CN=Sites," + configurationDN
	site := "CN=Default-First-Site-Name," + sites
	crossRef := func(cn, nc, root, netbios, flags string) object {
		attrs := map[string][]string{"nCName": one(nc), "dnsRoot": one(root), "systemFlags": one(flags)}
		if netbios != "" {
			attrs["nETBIOSName"] = one(netbios)
		}
		return object{dn: "CN=" + cn + "," + partitions, kind: []string{"top", "crossRef"}, attrs: attrs}
	}
	return []object{
		{dn: configurationDN, kind: []string{"top", "configuration"}, attrs: map[string][]string{"instanceType": one("13")}},
		{dn: schemaDN, kind: []string{"top", "dMD"}, attrs: map[string][]string{"objectVersion": one("88"), "instanceType": one("13")}},
		{dn: partitions, kind: []string{"top", "crossRefContainer"}, attrs: map[string][]string{
			"msDS-Behavior-Version": one("7"), "fSMORoleOwner": one("CN=NTDS Settings," + serverDN),
		}},
		crossRef("Enterprise Configuration", configurationDN, contoso.Domain, "", "1"),
		crossRef("Enterprise Schema", schemaDN, contoso.Domain, "", "1"),
		crossRef(contoso.NetBIOS, contoso.BaseDN, contoso.Domain, contoso.NetBIOS, "3"),
		crossRef("6f7f7f1e-5d1c-4a0b-9a3a-0d4a4f1b7c01", "DC=DomainDnsZones,"+contoso.BaseDN, "DomainDnsZones."+contoso.Domain, "", "5"),
		crossRef("6f7f7f1e-5d1c-4a0b-9a3a-0d4a4f1b7c02", "DC=ForestDnsZones,"+contoso.BaseDN, "ForestDnsZones."+contoso.Domain, "", "5"),
		{dn: "CN=Services," + configurationDN, kind: one("container")},
		{dn: "CN=Windows NT,CN=Services," + configurationDN, kind: one("container")},
		{dn: serviceDN, kind: []string{"top", "nTDSService"}, attrs: map[string][]string{"sPNMappings": one(defaultMappings)}},
		{dn: sites, kind: []string{"top", "sitesContainer"}},
		{dn: site, kind: []string{"top", "site"}},
		{dn: "CN=Servers," + site, kind: []string{"top", "serversContainer"}},
		{dn: serverDN, kind: []string{"top", "server"}, attrs: map[string][]string{
			"serverReference": one("CN=DC1,OU=Domain Controllers," + contoso.BaseDN),
		}},
		{dn: "CN=NTDS Settings," + serverDN, kind: []string{"top", "nTDSDSA"}, attrs: map[string][]string{"msDS-Behavior-Version": one("7")}},
	}
}

func builtin() []object {
	group := func(cn string, sid security.SID, about string) object {
		return object{dn: "CN=" + cn + ",CN=Builtin," + contoso.BaseDN, kind: one("group"), sid: sid, attrs: map[string][]string{
			"groupType": one(signed(builtinGroup)), "description": one(about), "isCriticalSystemObject": one("TRUE"),
			"systemFlags": one("-1946157056"), "samAccountType": one("536870912"),
		}}
	}
	return []object{
		group("Administrators", security.Administrators, "Administrators have complete and unrestricted access to the domain"),
		group("Users", security.Users, "Users are prevented from making accidental system-wide changes"),
		group("Account Operators", security.AccountOperators, "Members can administer domain user and group accounts"),
		group("Pre-Windows 2000 Compatible Access", security.PreWindows2000, "Allows read access on all users and groups"),
		group("Windows Authorization Access Group", security.AuthorizationAccess,
			"Members have access to the computed tokenGroupsGlobalAndUniversal attribute on User objects"),
	}
}

func domainGroups() []object {
	group := func(cn string, rid, kind uint32, about string) object {
		return object{dn: "CN=" + cn + ",CN=Users," + contoso.BaseDN, kind: one("group"), rid: rid, attrs: map[string][]string{
			"groupType": one(signed(kind)), "description": one(about), "isCriticalSystemObject": one("TRUE"),
		}}
	}
	return []object{
		group("Domain Admins", 512, globalGroup, "Designated administrators of the domain"),
		group("Domain Users", 513, globalGroup, "All domain users"),
		group("Domain Guests", 514, globalGroup, "All domain guests"),
		group("Domain Computers", 515, globalGroup, "All workstations and servers joined to the domain"),
		group("Domain Controllers", 516, globalGroup, "All domain controllers in the domain"),
		group("Schema Admins", 518, universalGroup, "Designated administrators of the schema"),
		group("Enterprise Admins", 519, universalGroup, "Designated administrators of the enterprise"),
		group("Protected Users", 525, globalGroup, "Members are afforded additional protections against authentication security threats"),
		group("DnsAdmins", 1101, localGroup, "DNS Administrators Group"),
		{dn: "CN=Finance,OU=Staff," + contoso.BaseDN, kind: one("group"), attrs: map[string][]string{"groupType": one(signed(globalGroup))}},
		{dn: "CN=Qlik users,OU=Staff," + contoso.BaseDN, kind: one("group"), attrs: map[string][]string{"groupType": one(signed(globalGroup))}},
		{dn: "CN=Qlik readers,OU=Staff," + contoso.BaseDN, kind: one("group"), attrs: map[string][]string{"groupType": one(signed(localGroup))}},
	}
}

// seedPasswordDates makes passwords a fortnight old, so that none is due.
func seedPasswordDates(tx *Tx) error {
	set := itoa(FileTime(tx.now.Add(-14 * 24 * time.Hour)))
	for _, e := range tx.store.inOrder(func(e *Entry) bool { return e.isA("user") && e.secret.password != "" }) {
		if err := tx.Set(e.DN(), "pwdLastSet", set); err != nil {
			return err
		}
	}
	return nil
}
