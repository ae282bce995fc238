package powershell_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"sensegate/internal/collect"
	"sensegate/internal/fact"
)

// machine is the description as our own collector asks for it, in the words that
// it has on Windows.
type machine struct{ *described }

func (m machine) Name() (string, error) {
	if m.suffix == "" {
		return m.host, nil
	}
	return m.host + "." + m.suffix, nil
}

func (m machine) Service(name string) (collect.Service, bool, error) {
	if m.cimError != "" {
		return collect.Service{}, false, errors.New(m.cimError)
	}
	for _, s := range m.services {
		if !strings.EqualFold(s.Name, name) {
			continue
		}
		start := map[string]string{"Auto": "automatic", "Manual": "manual", "Disabled": "disabled"}[s.Mode]
		if start == "automatic" && s.Delayed {
			start += " (delayed)"
		}
		state := strings.ToLower(s.State)
		if strings.HasSuffix(state, "e pending") {
			state = "paused"
		}
		sid := map[string]string{"LocalSystem": "S-1-5-18", `NT AUTHORITY\LocalService`: "S-1-5-19", networkService: "S-1-5-20", `NT AUTHORITY\NetworkService`: "S-1-5-20"}[s.Account]
		if sid == "" {
			who := s.Account
			if rest, ok := strings.CutPrefix(who, `.\`); ok {
				who = strings.ToUpper(m.host) + `\` + rest
			}
			sid = m.accounts[who]
		}
		return collect.Service{
			Service: fact.Service{Name: name, Display: s.Display, State: state, Start: start, Account: s.Account, SID: sid},
			Program: m.program(s.Path),
		}, true, nil
	}
	return collect.Service{}, false, nil
}

func (m machine) program(line string) string {
	line = strings.ReplaceAll(strings.ReplaceAll(line, "%ProgramFiles%", `C:\Program Files`), "%SystemRoot%", `C:\Windows`)
	if rest, ok := strings.CutPrefix(line, `"`); ok {
		path, _, _ := strings.Cut(rest, `"`)
		return path
	}
	if i := strings.Index(strings.ToLower(line), ".exe"); i >= 0 {
		if _, _, ok := m.find(line[:i+4]); ok {
			return line[:i+4]
		}
	}
	path, _, _ := strings.Cut(line, " ")
	return path
}

// find is a file by its path, whatever the case.
func (m machine) find(path string) (string, file, bool) {
	for name, f := range m.files {
		if strings.EqualFold(name, path) {
			return name, f, true
		}
	}
	return "", file{}, false
}

func (m machine) value(key, name string) (entry, bool, error) {
	hive := "LocalMachine"
	if rest, ok := strings.CutPrefix(key, `HKU\`); ok {
		hive, key = "Users", rest
	}
	if slices.Contains(m.deniedKeys, key) {
		return entry{}, false, errors.New("access is denied")
	}
	for _, e := range m.registry {
		if e.Hive == hive && strings.EqualFold(e.Key, key) && strings.EqualFold(e.Name, name) {
			return e, true, nil
		}
	}
	return entry{}, false, nil
}

func (m machine) Number(key, name string) (*int, error) {
	e, ok, err := m.value(key, name)
	if err != nil || !ok {
		return nil, err
	}
	v, isNumber := e.Value.(uint32)
	if !isNumber {
		return nil, fmt.Errorf(`reading HKLM\%s, %s: it is no number`, key, name)
	}
	n := int(min(v, 1<<31-1))
	return &n, nil
}

func (m machine) Text(key, name string) (string, error) {
	e, ok, err := m.value(key, name)
	if err != nil || !ok {
		return "", err
	}
	s, _ := e.Value.(string)
	if e.Kind == "Binary" {
		raw, err := base64.StdEncoding.DecodeString(s)
		return string(raw), err
	}
	return s, nil
}

func (m machine) Version(path string) (string, error) {
	if _, _, ok := m.find(path); !ok {
		return "", fs.ErrNotExist
	}
	if v := m.versions[path]; v != "" {
		return v, nil
	}
	return "0.0.0.0", nil
}

func (m machine) Folder(variable string) string {
	return map[string]string{"ProgramData": `C:\ProgramData`, "SystemRoot": `C:\Windows`}[variable]
}

func (m machine) Read(path string, most int64) ([]byte, time.Time, error) {
	name, f, ok := m.find(path)
	switch {
	case !ok:
		return nil, time.Time{}, fs.ErrNotExist
	case slices.Contains(m.deniedFiles, name):
		return nil, time.Time{}, fs.ErrPermission
	}
	return []byte(f.content[max(0, len(f.content)-int(most)):]), f.modified, nil
}

func (m machine) List(folder string) ([]collect.File, error) {
	var out []collect.File
	there := false
	for path, f := range m.files {
		rest, below := strings.CutPrefix(strings.ToLower(path), strings.ToLower(folder)+`\`)
		there = there || below
		if below && !strings.Contains(rest, `\`) {
			out = append(out, collect.File{Path: path, Modified: f.modified})
		}
	}
	if !there {
		return nil, fs.ErrNotExist
	}
	slices.SortFunc(out, func(a, b collect.File) int { return strings.Compare(strings.ToUpper(a.Path), strings.ToUpper(b.Path)) })
	return out, nil
}

func (m machine) Domain() (string, bool, error) {
	if m.cimError != "" {
		return "", false, errors.New(m.cimError)
	}
	return m.domain, m.joined, nil
}

func (m machine) Channel(context.Context, string) (bool, error) {
	if m.channelError != "" {
		return false, errors.New(m.channelError)
	}
	return m.sound, nil
}

func (m machine) Discovered(context.Context) (string, error) { return m.net.pac, nil }

// Events come with their messages, as EvtFormatMessage gives them.
func (m machine) Events(_ context.Context, channel string, most int) ([]string, error) {
	c := m.channels[channel]
	switch {
	case c == nil:
		return nil, fs.ErrNotExist
	case c.Denied:
		return nil, fs.ErrPermission
	}
	list := slices.Clone(c.Events)
	slices.SortStableFunc(list, func(a, b event) int { return b.Time.Compare(a.Time) })
	if c.Debug {
		list = slices.DeleteFunc(list, func(e event) bool { return e.ID != 24029 })
	}
	var out []string
	for _, e := range list[:min(len(list), most)] {
		full := e.XML
		if e.Message != "" {
			full = strings.Replace(e.XML, "</Event>", "<RenderingInfo Culture='en-US'><Message>"+escaped(e.Message)+"</Message></RenderingInfo></Event>", 1)
		}
		out = append(out, full)
	}
	return out, nil
}

func (m machine) Scheduler(context.Context) ([]byte, error) {
	if m.scheduler == nil {
		return nil, errors.New("the term 'Get-ADSyncScheduler' is not recognized")
	}
	raw, err := json.Marshal(m.scheduler)
	return raw, err
}
