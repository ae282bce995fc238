package powershell_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// described is a Windows machine: what both the script, by way of the evaluator,
// and our own collector find on it.
type described struct {
	host, suffix string // of its name
	domain       string // or workgroup
	joined       bool
	sound        bool
	channelError string
	cimError     string
	culture      string
	old          bool // Server 2012 R2, whose services lack a property
	services     []service
	registry     []entry
	files        map[string]file
	versions     map[string]string
	accounts     map[string]string
	channels     map[string]*eventChannel
	scheduler    map[string]any
	// What this user may not read, and what others hold locked.
	deniedKeys, deniedFiles, busyFiles []string
	net                                *network
}

// service is a service as Win32_Service has it.
type service struct {
	Name    string `json:"name"`
	Display string `json:"display"`
	State   string `json:"state"`
	Mode    string `json:"mode"`
	Account string `json:"account"`
	Path    string `json:"path"`
	Delayed bool   `json:"delayed"`
}

// entry is a value in the registry; binary ones are in base64.
type entry struct {
	Hive  string `json:"hive"`
	Key   string `json:"key"`
	Name  string `json:"name"`
	Kind  string `json:"kind"`
	Value any    `json:"value"`
}

type file struct {
	content  string
	modified time.Time
}

type eventChannel struct {
	Denied bool    `json:"denied"`
	Debug  bool    `json:"debug"`
	Events []event `json:"events"`
}

// event is one event; its XML is as Get-WinEvent gives it, without the message.
type event struct {
	ID         int       `json:"id"`
	Time       time.Time `json:"time"`
	Message    string    `json:"message"`
	XML        string    `json:"xml"`
	Properties []string  `json:"properties"`
}

// account is a name that exists on every Windows, in its language.
const networkService = `NT AUTHORITY\NETWORK SERVICE`

func (d *described) number(key, name string, v uint32) {
	d.registry = append(d.registry, entry{"LocalMachine", key, name, "DWord", v})
}

func (d *described) text(key, name, v string) {
	d.registry = append(d.registry, entry{"LocalMachine", key, name, "String", v})
}

func (d *described) binary(hive, key, name string, v []byte) {
	d.registry = append(d.registry, entry{hive, key, name, "Binary", base64.StdEncoding.EncodeToString(v)})
}

func (d *described) forget(name string) {
	d.registry = slices.DeleteFunc(d.registry, func(e entry) bool { return e.Name == name })
}

// script is the description as the evaluator reads it.
func (d *described) script(t *testing.T, root, library, cache string) []byte {
	t.Helper()
	delayed := "SYSTEM\\CurrentControlSet\\Services\\"
	registry := slices.Clone(d.registry)
	for _, s := range d.services {
		if s.Delayed {
			registry = append(registry, entry{"LocalMachine", delayed + s.Name, "DelayedAutostart", "DWord", 1})
		}
	}
	absent := []string{}
	if d.scheduler == nil {
		absent = append(absent, "Get-ADSyncScheduler")
	}
	raw, err := json.Marshal(map[string]any{
		"root": root, "library": library, "cache": cache, "location": `C:\collect`, "culture": d.culture,
		"env":     map[string]string{"ProgramData": `C:\ProgramData`, "SystemRoot": `C:\Windows`, "COMPUTERNAME": strings.ToUpper(d.host), "ProgramFiles": `C:\Program Files`},
		"machine": map[string]string{"host": d.host, "domain": d.suffix}, "computer": map[string]any{"name": d.domain, "joined": d.joined},
		"registry": registry, "services": d.services, "delayedProperty": !d.old, "channel": d.sound, "channelError": d.channelError, "cimError": d.cimError,
		"accounts": d.accounts, "versions": d.versions, "channels": d.channels, "scheduler": d.scheduler, "absent": absent,
		"deniedKeys": d.deniedKeys, "deniedFiles": d.deniedFiles, "busyFiles": d.busyFiles, "dns": d.net.dns,
		"roots": d.net.trusted,
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;").Replace(s)
}

// logged is an event with its data, some of which have names.
func logged(id int, at time.Time, message string, data ...string) event {
	var b strings.Builder
	for _, d := range data {
		name, value, ok := strings.Cut(d, "=")
		if !ok {
			name, value = "", d
		}
		attribute := ""
		if name != "" {
			attribute = " Name='" + name + "'"
		}
		b.WriteString("<Data" + attribute + ">" + escaped(value) + "</Data>")
	}
	return event{
		ID: id, Time: at, Message: message, Properties: append([]string{}, data...),
		XML: "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-AadApplicationProxy-Connector'/><EventID>" + strconv.Itoa(id) +
			"</EventID><Level>2</Level><TimeCreated SystemTime='" + at.UTC().Format("2006-01-02T15:04:05.0000000Z") + "'/><Channel>x</Channel></System><EventData>" + b.String() + "</EventData></Event>",
	}
}
