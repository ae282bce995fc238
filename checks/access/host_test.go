package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"sensegate/checks"
	"sensegate/checks/access"
	"sensegate/checks/checkstest"
	"sensegate/internal/fact"
)

// nodes are what was collected on Qlik's machines.
type nodes struct {
	by  map[string]fact.HostEvidence
	err error
}

func (n nodes) Host(_ context.Context, name string) (fact.HostEvidence, error) {
	ev, ok := n.by[name]
	if n.err != nil {
		return ev, n.err
	}
	if !ok {
		return ev, &fact.Error{Kind: fact.NotFound}
	}
	return ev, nil
}

func node(change func(*fact.HostEvidence)) nodes {
	ev := fact.HostEvidence{Host: "qlik01.contoso.test", Collected: checkstest.Now(), Qlik: &fact.QlikHost{Certificates: []string{"client.pem"}}, Services: []fact.Service{
		{Name: "QlikSenseRepositoryService", State: "running", Start: "automatic", Account: `CONTOSO\svc-qlik`},
		{Name: "QlikSenseProxyService", State: "running", Start: "automatic (delayed)", Account: `CONTOSO\svc-qlik`},
		{Name: "QlikSensePrintingService", State: "stopped", Start: "manual", Account: `CONTOSO\svc-qlik`},
		{Name: "Spooler", State: "stopped", Start: "automatic"},
	}}
	if change != nil {
		change(&ev)
	}
	return nodes{by: map[string]fact.HostEvidence{"qlik01.contoso.test": ev}}
}

func TestQlikHost(t *testing.T) {
	skip := func(seen string) checkstest.Want { return checkstest.Want{Status: checks.Skipped, Seen: seen} }
	stopped := checkstest.Want{Status: checks.Fail, Cause: "site.qlik-service-stopped", Seen: "QlikSense"}
	tests := []struct {
		name  string
		hosts access.Host
		want  checkstest.Want
	}{
		{"all run", node(nil), checkstest.Want{Status: checks.Pass, Seen: "qlik01.contoso.test"}},
		{"one stopped", node(func(e *fact.HostEvidence) { e.Services[0].State = "stopped" }), stopped},
		{"the proxy disabled", node(func(e *fact.HostEvidence) { e.Services[1].State, e.Services[1].Start = "stopped", "disabled" }), stopped},
		{"no certificates", node(func(e *fact.HostEvidence) { e.Qlik.Certificates = nil }), checkstest.Want{Status: checks.Warn, Cause: "site.qlik-certificates-missing", Seen: "no exported"}},
		{"certificates not looked at", node(func(e *fact.HostEvidence) { e.Qlik = nil }), checkstest.Want{Status: checks.Pass}},
		{"too old", node(func(e *fact.HostEvidence) { e.Collected = checkstest.Now().Add(-8 * 24 * time.Hour) }), skip("8 days old")},
		{"another kind of machine", node(func(e *fact.HostEvidence) { e.Services = e.Services[3:] }), skip("no service of Qlik Sense")},
		{"nothing collected", nodes{}, skip("nothing was collected on qlik01.contoso.test")},
		{"no port at all", nil, skip("nothing was collected")},
		{"a file that cannot be used", nodes{err: &fact.Error{Kind: fact.Refused, System: "evidence", Text: "the seal"}}, skip("the seal")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := checkstest.Room{Checks: access.Checks(access.Ports{Hosts: tt.hosts}), Causes: access.HostCauses()}
			r.Hold(t, r.Ask(t, "site.qlik-host", checkstest.Site(), nil), tt.want)
		})
	}
}

// TestQlikHostPasted judges what sc and dir print on a Qlik node, in French.
func TestQlikHostPasted(t *testing.T) {
	block := func(name, state, start string) string {
		return checkstest.Answered("sc.exe query "+name, "\r\nSERVICE_NAME: "+name+"\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        STATE              : "+state+"\r\n") +
			checkstest.Answered("sc.exe qc "+name, "[SC] QueryServiceConfig r\xe9ussite(s)\r\n\r\nSERVICE_NAME: "+name+"\r\n        TYPE               : 10  WIN32_OWN_PROCESS\r\n        START_TYPE         : "+start+
				"\r\n        ERROR_CONTROL      : 1   NORMAL\r\n        BINARY_PATH_NAME   : C:\\x.exe\r\n        LOAD_ORDER_GROUP   :\r\n        TAG                : 0\r\n        DISPLAY_NAME       : x\r\n        D\xc9PENDANCES        :\r\n        SERVICE_START_NAME : CONTOSO\\svc-qlik\r\n")
	}
	missing := func(name string) string {
		return checkstest.Answered("sc.exe query "+name, "[SC] EnumQueryServicesStatus:OpenService \xc9CHEC(S) 1060 :\r\n\r\nLe service sp\xe9cifi\xe9 n'existe pas.\r\n") +
			checkstest.Answered("sc.exe qc "+name, "[SC] OpenService \xc9CHEC(S) 1060 :\r\n\r\nLe service sp\xe9cifi\xe9 n'existe pas.\r\n")
	}
	others := missing("QlikSenseEngineService") + missing("QlikSenseSchedulerService") + missing("QlikSenseServiceDispatcher")
	printed := func(body string) string { return checkstest.Printed("QLIK01", checkstest.Now(), body) }
	whole := printed(block("QlikSenseRepositoryService", "4  RUNNING", "2   AUTO_START") + block("QlikSenseProxyService", "4  RUNNING", "2   AUTO_START") + others +
		checkstest.Answered("dir certificates", "C:\\ProgramData\\Qlik\\Sense\\Repository\\Exported Certificates\\.Local Certificates\\client.pem\r\nSENSEGATE-CERTIFICATES"))
	room := checkstest.Room{Checks: access.Checks(access.Ports{}), Causes: access.HostCauses()}
	var proof *checks.Proof
	for _, c := range room.Checks {
		if c.ID == "site.qlik-host" {
			proof = c.Proof
		}
	}
	env := checks.NewEnv(checkstest.Site(), checkstest.Now, nil)
	if asked := proof.Ask(env); len(asked) != 1 || asked[0].On != "qlik01.contoso.test" || !strings.Contains(asked[0].Command, "sc.exe qc QlikSenseProxyService") {
		t.Fatalf("asked %+v", asked)
	}
	tests := []struct {
		name, text string
		status     checks.Status
		cause      checks.CauseID
		refused    string
	}{
		{"all run", whole, checks.Pass, "", ""},
		{"no word of certificates", strings.Replace(whole, `C:\ProgramData\Qlik\Sense\Repository\Exported Certificates\.Local Certificates\client.pem`, "", 1), 0, "", "what dir says"},
		{"one stopped", strings.Replace(whole, "4  RUNNING", "1  STOPPED", 1), checks.Fail, "site.qlik-service-stopped", ""},
		{"no certificates", strings.Replace(whole, `C:\ProgramData\Qlik\Sense\Repository\Exported Certificates\.Local Certificates\client.pem`, "Fichier introuvable", 1), checks.Warn, "site.qlik-certificates-missing", ""},
		{"cut off", strings.Replace(whole, "SENSEGATE-END", "", 1), 0, "", "cut off"},
		{"another machine", strings.Replace(whole, "QLIK01", "WEB01", 1), 0, "", "of the machine WEB01"},
		{"no Qlik there", printed(missing("QlikSenseRepositoryService") + missing("QlikSenseProxyService") + others + checkstest.Answered("dir certificates", "Fichier introuvable\r\nSENSEGATE-CERTIFICATES")), 0, "", "no service of Qlik Sense"},
		{"one not asked for", printed(block("QlikSenseRepositoryService", "4  RUNNING", "2   AUTO_START") + others), 0, "", "asked was sc query QlikSenseProxyService"},
		{"not allowed", strings.Replace(whole, "1060 :", "5 :", 1), 0, "", "sc could not tell of QlikSenseEngineService"},
		{"nonsense", printed("hello"), 0, "", "does not answer sc query"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := proof.Judge(t.Context(), env, []string{tt.text})
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) {
					t.Errorf("got %v, want %q", err, tt.refused)
				}
				return
			}
			if err != nil || r.Status != tt.status || r.Cause != tt.cause || r.Row(checks.LineEvidence) == "" || r.Row(checks.HostRow) != "qlik01.contoso.test" {
				t.Errorf("%v %s %s: %s", err, r.Status, r.Cause, r.Seen)
			}
		})
	}
}
