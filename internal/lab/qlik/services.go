package qlik

import "strings"

// The states of a service, as servicestatus numbers them.
const (
	serviceRunning         = 2
	serviceNoCommunication = 3
	serviceDisabled        = 4
)

// serviceStatus makes the status of every service of every node; it is not
// stored, because it follows from the rest.
func serviceStatus(st *State) *[]Entity {
	var out []Entity
	now := stamp(st.clock())
	for _, n := range st.Nodes {
		for i, enabled := range []bool{
			true, n.Flag("proxyEnabled"), n.Flag("schedulerEnabled"), n.Flag("engineEnabled"), true, n.Flag("printingEnabled"),
		} {
			state := serviceRunning
			switch {
			case !enabled:
				state = serviceDisabled
			case i == 1 && strings.EqualFold(st.Faults.SilentProxy, n.Text("hostName")):
				state = serviceNoCommunication
			case i == 3 && st.Faults.EngineDown:
				state = serviceNoCommunication
			}
			e := serviceStatusDefaults().with(st.common("ServiceStatus", n.ID()+"/"+string(rune('0'+i))))
			e.Set("serviceType", i)
			e.Set("serviceState", state)
			e.Set("serverNodeConfiguration", reference(n))
			e.Set("timestamp", now)
			out = append(out, e)
		}
	}
	return &out
}

// extensionLists is the one list of file types that content libraries take.
func extensionLists(st *State) *[]Entity {
	e := extensionListDefaults().with(st.common("FileExtensionWhiteList", "default"))
	names := make([]Entity, 0, len(allowedExtensions()))
	for _, name := range allowedExtensions() {
		names = append(names, st.common("FileExtension", name).only("id").with(Entity{"name": name, "privileges": nil}))
	}
	e.Set("fileExtensions", names)
	return &[]Entity{e}
}

func allowedExtensions() []string {
	return []string{"css", "csv", "gif", "htm", "html", "jpg", "jpeg", "js", "json", "png", "svg", "txt", "xlsx", "xml"}
}
