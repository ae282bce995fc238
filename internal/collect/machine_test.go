package collect_test

import (
	"context"
	"io/fs"
	"path"
	"strings"
	"time"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
)

// machine is a Windows machine made of maps.
type machine struct {
	name     string
	services map[string]collect.Service
	numbers  map[string]int
	texts    map[string]string
	files    map[string]string
	versions map[string]string
	domain   string
	sound    bool
	denied   map[string]error // by section or key
	events   map[string][]string
	sync     string
	pac      string
	dates    map[string]time.Time // of files; written where there is none
	read     []string             // the files that were read
}

var written = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func (m *machine) Name() (string, error) { return m.name, m.denied["name"] }

func (m *machine) Service(name string) (collect.Service, bool, error) {
	s, ok := m.services[name]
	return s, ok, m.denied["services"]
}

func (m *machine) Number(key, name string) (*int, error) {
	v, ok := m.numbers[key+`\`+name]
	if !ok {
		return nil, m.denied[key]
	}
	return &v, nil
}

func (m *machine) Text(key, name string) (string, error) {
	return m.texts[key+`\`+name], m.denied[key]
}

func (m *machine) Version(p string) (string, error) {
	if v, ok := m.versions[p]; ok {
		return v, nil
	}
	return "", fs.ErrNotExist
}

func (m *machine) Folder(variable string) string {
	return map[string]string{"ProgramData": `C:\ProgramData`, "SystemRoot": `C:\Windows`}[variable]
}

func (m *machine) Read(p string, most int64) ([]byte, time.Time, error) {
	s, ok := m.files[p]
	if !ok {
		return nil, time.Time{}, fs.ErrNotExist
	}
	if err := m.denied[p]; err != nil {
		return nil, time.Time{}, err
	}
	m.read = append(m.read, p)
	return []byte(s[max(0, len(s)-int(most)):]), m.changed(p), nil
}

func (m *machine) changed(p string) time.Time {
	if at, ok := m.dates[p]; ok {
		return at
	}
	return written
}

func (m *machine) List(folder string) ([]collect.File, error) {
	var out []collect.File
	for p := range m.files {
		if strings.ReplaceAll(path.Dir(strings.ReplaceAll(p, `\`, "/")), "/", `\`) == folder {
			out = append(out, collect.File{Path: p, Modified: m.changed(p)})
		}
	}
	if out == nil {
		return nil, fs.ErrNotExist
	}
	return out, nil
}

func (m *machine) Domain() (string, bool, error) {
	return m.domain, strings.Contains(m.domain, "."), m.denied["domain"]
}

func (m *machine) Channel(context.Context, string) (bool, error) { return m.sound, nil }

func (m *machine) Events(_ context.Context, channel string, _ int) ([]string, error) {
	list, ok := m.events[channel]
	switch {
	case m.denied[channel] != nil:
		return nil, m.denied[channel]
	case !ok:
		return nil, fs.ErrNotExist
	}
	return list, nil
}

func (m *machine) Discovered(context.Context) (string, error) { return m.pac, m.denied["pac"] }

func (m *machine) Scheduler(context.Context) ([]byte, error) { return []byte(m.sync), nil }

// admin is the channel of a connector under its present name.
const admin = "Microsoft-Microsoft Entra private network-Connector/Admin"

const installed = `C:\Program Files\Microsoft Entra private network connector`

// healthy is a connector host with nothing to complain of.
func healthy() *machine {
	program := installed + `\MicrosoftEntraPrivateNetworkConnectorService.exe`
	updater := installed + ` Updater\MicrosoftEntraPrivateNetworkConnectorUpdaterService.exe`
	return &machine{
		name: "conn01.contoso.test", domain: "contoso.test", sound: true,
		services: map[string]collect.Service{
			"WAPCSvc":        {Service: fact.Service{Name: "WAPCSvc", State: "running", Start: "automatic (delayed)", Account: `NT-AUTORITÄT\Netzwerkdienst`, SID: "S-1-5-20"}, Program: program},
			"WAPCUpdaterSvc": {Service: fact.Service{Name: "WAPCUpdaterSvc", State: "running", Start: "automatic", Account: "LocalSystem"}, Program: updater},
		},
		versions: map[string]string{program: "1.5.4892.0"},
		texts: map[string]string{
			`SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProductName`:        "Windows Server 2022 Datacenter",
			`SOFTWARE\Microsoft\Windows NT\CurrentVersion\CurrentBuildNumber`: "20348",
		},
		numbers: map[string]int{
			`SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full\Release`:                             528449,
			`SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp\EnableDefaultHTTP2`: 0,
		},
		files: map[string]string{
			program + ".config":                         "<?xml version=\"1.0\"?>\n<configuration><runtime/></configuration>",
			updater + ".config":                         "\xef\xbb\xbf<configuration></configuration>",
			installed + `\ConnectorDiagnosticsTool.exe`: "MZ",
		},
		events: map[string][]string{admin: {}},
	}
}
