package lab

import (
	"fmt"
	"time"

	"sensegate/internal/lab/contoso"
)

// otherFacts is what a machine shows that runs no connector: a Qlik node.
type otherFacts struct {
	Services []service  `json:"services"`
	OS       osFacts    `json:"os"`
	Qlik     *qlikFacts `json:"qlik,omitempty"`
	Sync     *syncFacts `json:"sync,omitempty"`
	// Age is how long ago it was collected.
	Age time.Duration `json:"-"`
}

// qlikFacts are the exported certificates of a Qlik node, by name, and the lines
// of its logs that matter.
type qlikFacts struct {
	Certificates []string `json:"certificates"`
	Lines        []any    `json:"lines"`
}

// qlikProxy is the service that users and connectors reach.
const qlikProxy = "QlikSenseProxyService"

// healthyNode is the Qlik node with nothing to complain of.
func healthyNode() otherFacts {
	account := contoso.NetBIOS + `\` + contoso.ServiceAccount
	f := otherFacts{
		OS: osFacts{Name: "Windows Server 2022 Standard", Build: 20348},
		Qlik: &qlikFacts{
			Certificates: []string{
				`C:\ProgramData\Qlik\Sense\Repository\Exported Certificates\.Local Certificates\client.pem`,
				`C:\ProgramData\Qlik\Sense\Repository\Exported Certificates\.Local Certificates\root.pem`,
			},
			Lines: []any{},
		},
	}
	for _, s := range [][2]string{
		{"QlikSenseRepositoryDatabase", "Qlik Sense Repository Database"},
		{"QlikSenseRepositoryService", "Qlik Sense Repository Service"},
		{"QlikSenseServiceDispatcher", "Qlik Sense Service Dispatcher"},
		{qlikProxy, "Qlik Sense Proxy Service"},
		{"QlikSenseEngineService", "Qlik Sense Engine Service"},
		{"QlikSenseSchedulerService", "Qlik Sense Scheduler Service"},
	} {
		f.Services = append(f.Services, service{s[0], s[1], "running", "automatic", account})
	}
	f.Services[0].Account = `NT AUTHORITY\LocalService`
	return f
}

// updateOther changes what a machine without a connector would show, and
// writes it again.
func (h *hosts) updateOther(name string, change func(*otherFacts)) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	f := h.others[name]
	if f == nil {
		return fmt.Errorf("writing evidence: %s is no such machine of the lab", name)
	}
	change(f)
	return h.write(name, f)
}

// onQlikNode changes what the Qlik node shows.
func onQlikNode(change func(*otherFacts)) func(*Lab) error {
	return func(l *Lab) error { return l.hosts.updateOther(contoso.QlikNode, change) }
}

// withQlikService changes one service of the Qlik node.
func withQlikService(name string, change func(*service)) func(*otherFacts) {
	return func(f *otherFacts) {
		for i := range f.Services {
			if f.Services[i].Name == name {
				change(&f.Services[i])
			}
		}
	}
}

// qlikHostTraps break the Qlik node itself, as it shows to whoever sits there.
func qlikHostTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "qlik-host-stopped", Step: "site", Check: "site.qlik-host", Cause: "site.qlik-service-stopped",
				Title: "the scheduler service is stopped on " + contoso.QlikNode,
				Note:  "Users get in and see yesterday's data: nothing reloads. The hub says nothing about it; only the services of the node do.",
			},
			set: onQlikNode(withQlikService("QlikSenseSchedulerService", func(s *service) { s.State = "stopped" })),
		},
		{
			Fault: Fault{
				ID: "qlik-host-certificates", Step: "site", Check: "site.qlik-host", Cause: "site.qlik-certificates-missing", Warning: true,
				Title: "the node keeps no certificates where Qlik puts them",
				Note:  "Somebody tidied up ProgramData. Everything runs until a certificate is needed: an export, a second node, a tool with a certificate.",
			},
			set: onQlikNode(func(f *otherFacts) { f.Qlik.Certificates = []string{} }),
		},
	}
}

// qlikAccountTraps have the services run as somebody else.
func qlikAccountTraps() []trap {
	return []trap{
		{
			Fault: Fault{
				ID: "qlik-runs-as-other", Step: "spn", Check: "spn.runs", Cause: "spn.runs-as-another",
				Title: "the Qlik proxy runs as another account than the one that holds the name",
				Note:  "The services were moved to a new account and the site's notes were not. The KDC makes tickets for the old account; Qlik cannot open them: event 13022.",
			},
			set: onQlikNode(withQlikService(qlikProxy, func(s *service) { s.Account = contoso.NetBIOS + `\svc-qlik-new` })),
		},
	}
}
