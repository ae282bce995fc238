package powershell_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sensegate/internal/fact"
)

const qlikData = `C:\ProgramData\Qlik\Sense\`

// qlikNode is a Qlik node with logs and exported certificates, without a connector.
func qlikNode(s *servers) *described {
	d := healthy(s)
	d.host, d.services, d.channels = "QLIK01", nil, nil
	d.files = map[string]file{}
	for _, name := range []string{"QlikSenseProxyService", "QlikSenseRepositoryService", "QlikSenseEngineService"} {
		*d.service(name) = service{Name: name, Display: name, State: "Running", Mode: "Auto", Account: `CONTOSO\qlik`, Path: `"C:\Program Files\Qlik\Sense\` + name + `.exe"`}
	}
	d.accounts[`CONTOSO\qlik`] = "S-1-5-21-1-2-3-1200"
	exported := qlikData + `Repository\Exported Certificates\`
	for _, name := range []string{".Local Certificates\\client.pem", "QLIK01.contoso.test\\server.pfx", "root.pem", "readme.txt", "elsewhere\\not-listed.txt"} {
		d.files[exported+name] = file{"-----BEGIN", yesterday}
	}
	log := func(folder, name string, after time.Duration, lines ...string) {
		d.files[qlikData+`Log\Proxy\`+folder+`\`+name] = file{strings.Join(lines, "\r\n") + "\r\n", yesterday.Add(after)}
	}
	var many []string
	for i := range 30 {
		many = append(many, fmt.Sprintf("%d\tKerberos sign-in of user %d", i, i), "of no interest")
	}
	log("Audit", "QLIK01_AuditActivity_Proxy.txt", 0, many...)
	log("System", "QLIK01_System_Proxy.txt", time.Minute, "negotiate: Negotiate YIIGhgYJKoZIhvcSAQICAQBuggZ1MIIGcaADAgEF", "password=hunter2 for NTLM", strings.Repeat("access denied ", 200))
	log("Trace", "QLIK01_Security_Proxy.txt", 2*time.Minute, "Kerberos \x1b[31mred\x07 line", "a tab\tin ntlm", "cswsh \"quoted\" \\ back")
	log("Trace", "QLIK01_Older.txt", -48*time.Hour, "kerberos of old")
	log("Trace", "QLIK01_Oldest.txt", -49*time.Hour, "kerberos of older")
	log("Trace", "QLIK01_Log.log", 0, "kerberos, and no .txt")
	return d
}

// syncServer is a server of Entra Connect.
func syncServer(s *servers) *described {
	d := healthy(s)
	d.host, d.services, d.channels, d.files = "SYNC01", nil, nil, map[string]file{}
	const bin = `C:\Program Files\Microsoft Azure AD Sync\Bin\miiserver.exe`
	*d.service("ADSync") = service{Name: "ADSync", Display: "Microsoft Azure AD Sync", State: "Running", Mode: "Auto", Account: `CONTOSO\gmsa$`, Path: `"` + bin + `"`, Delayed: true}
	d.files[bin], d.versions[bin] = file{"MZ", yesterday}, "2.5.79.0"
	d.scheduler = map[string]any{
		"SyncCycleEnabled": true, "StagingModeEnabled": false, "SchedulerSuspended": false, "MaintenanceEnabled": true, "SyncCycleInProgress": false,
		"CurrentlyEffectiveSyncCycleInterval": "00:30:00", "NextSyncCyclePolicyType": "Delta", "NextSyncCycleStartTimeInUTC": yesterday.Add(24 * time.Hour).Format(time.RFC3339),
	}
	return d
}

// machinesAlike describes what no check of a connector host looks at: the two
// find the same there as well.
func machinesAlike(t *testing.T, e *evaluator, s *servers) {
	t.Helper()
	legacy := func(d *described) {
		const folder = `C:\Program Files\Microsoft AAD App Proxy Connector\`
		d.service("WAPCSvc").Path = `"` + folder + `ApplicationProxyConnectorService.exe"`
		d.files[folder+"ApplicationProxyConnectorService.exe"], d.versions[folder+"ApplicationProxyConnectorService.exe"] = file{"MZ", yesterday}, "1.5.1526.0"
		d.files[folder+"ApplicationProxyConnectorService.exe.config"] = file{nothing, yesterday}
		d.number(`SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`, "UseSpnegoAuthentication", 1)
		d.number(product, "UseSpnegoAuthentication", 0)
		d.number(`SOFTWARE\Microsoft\Microsoft AAD App Proxy Connector`, "UseDefaultProxyForBackendRequests", 1)
		d.channels = map[string]*eventChannel{"Microsoft-AadApplicationProxy-Connector/Admin": {Events: []event{logged(24029, yesterday, "")}}}
	}
	busy := func(d *described) {
		name := traces + "MicrosoftEntraPrivateNetworkConnectorService_4.log"
		d.files[name], d.busyFiles = file{"ERROR 407\r\n", yesterday}, []string{name} // held open by the connector, which lets others read
		locked := traces + "MicrosoftEntraPrivateNetworkConnectorService_5.log"
		d.files[locked], d.deniedFiles = file{"ERROR 407\r\n", yesterday.Add(-time.Minute)}, []string{locked}
		d.files[traces+"big_6.log"] = file{strings.Repeat("filler of a long log\r\n", 20000) + "exception at the end\r\n" + strings.Repeat("x", 1500) + " failed to\r\n", yesterday.Add(time.Minute)}
	}
	crowded := func(d *described) {
		updates := "Microsoft-AadApplicationProxy-Updater/Admin"
		d.channels[updates] = &eventChannel{}
		for i := range 70 {
			at := yesterday.Add(time.Duration(i) * time.Minute)
			d.channels[admin].Events = append(d.channels[admin].Events, logged(12000+i, at, fmt.Sprintf("Event %d <of> many & \"more\"", i)))
			d.channels[updates].Events = append(d.channels[updates].Events, logged(30000+i, at.Add(30*time.Second), "", strings.Repeat("длинный ", 200)))
		}
	}
	for _, tt := range []struct {
		name   string
		d      *described
		change func(*described)
		shown  func(fact.HostEvidence) bool
	}{
		{"a Qlik node", qlikNode(s), func(*described) {}, func(e fact.HostEvidence) bool {
			return e.Qlik != nil && len(e.Qlik.Certificates) == 3 && len(e.Qlik.Lines) == 4 && !strings.Contains(fmt.Sprint(e.Qlik), "hunter2")
		}},
		{"a server of Entra Connect", syncServer(s), func(*described) {}, func(e fact.HostEvidence) bool {
			return e.Sync != nil && e.Sync.Version == "2.5.79.0" && e.Sync.Policy == "Delta"
		}},
		{"a server in staging mode", syncServer(s), func(d *described) {
			d.scheduler["StagingModeEnabled"], d.scheduler["NextSyncCyclePolicyType"] = true, "Initial"
		}, func(e fact.HostEvidence) bool { return e.Sync.Staging }},
		{"a synchronisation that is stopped", syncServer(s), func(d *described) { d.service("ADSync").State = "Stopped" }, func(e fact.HostEvidence) bool { return e.Sync == nil && e.Missing(fact.SectionSync) != "" }},
		{"a module that is gone", syncServer(s), func(d *described) { d.scheduler = nil }, func(e fact.HostEvidence) bool { return e.Missing(fact.SectionSync) != "" }},
		{"the product's former name", healthy(s), legacy, func(e fact.HostEvidence) bool { return e.SPNEGO == 1 && *e.Proxy.ForBackend == 1 && len(e.Events) == 1 }},
		{"logs that others hold", healthy(s), busy, func(e fact.HostEvidence) bool { return len(e.Traces) == 4 }},
		{"many events", healthy(s), crowded, func(e fact.HostEvidence) bool { return len(e.Events) == 50 }},
		{"a short name", healthy(s), func(d *described) { d.suffix = "" }, func(e fact.HostEvidence) bool { return e.Host == "CONN01" }},
	} {
		tt.change(tt.d)
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			script, program := bothWays(t, e, tt.d)
			alike(t, script, program)
			if !tt.shown(script) {
				t.Errorf("the script found %+v", script)
			}
		})
	}
}
