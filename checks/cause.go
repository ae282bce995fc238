package checks

import (
	"fmt"
	"strings"

	"sensegate/internal/site"
)

// CauseID names a cause for ever, as in "spn.missing".
type CauseID string

// Role is who usually has the right to do something.
type Role string

// The roles that the work is divided between.
const (
	ADAdmin      Role = "AD administrator"
	EntraAdmin   Role = "Entra administrator"
	QlikAdmin    Role = "Qlik administrator"
	NetworkAdmin Role = "network administrator"
	HostAdmin    Role = "administrator of the connector host"
	Yourself     Role = "you"
)

// Shell says where a command is typed, and so how values in it are quoted.
type Shell string

// The places where commands are typed.
const (
	PowerShell Shell = "powershell"
	Cmd        Shell = "cmd"
	Portal     Shell = "portal"
	QMC        Shell = "qmc"
	Bash       Shell = "bash"
	NoShell    Shell = ""
)

// Fix is a remedy before the site's names are filled in. Text and Command may
// hold placeholders such as {spn}; a command's values are quoted for its shell.
type Fix struct {
	Who     Role
	Text    string
	Command string
	Shell   Shell
}

// Cause explains why a check did not pass.
type Cause struct {
	ID CauseID
	// Title is the cause in a few words.
	Title string
	// Because is the likely cause in one sentence, for the screen.
	Because string
	// More is the longer explanation that `sensegate explain` prints.
	More  string
	Fixes []Fix
	Docs  string
}

// Catalogue is every cause by its id.
type Catalogue map[CauseID]Cause

// NewCatalogue joins the causes of all rooms and refuses doubles and gaps.
func NewCatalogue(lists ...[]Cause) (Catalogue, error) {
	cat := Catalogue{}
	for _, list := range lists {
		for _, c := range list {
			if _, twice := cat[c.ID]; twice {
				return nil, fmt.Errorf("cause %s: declared twice", c.ID)
			}
			if c.ID == "" || c.Title == "" || c.Because == "" || len(c.Fixes) == 0 {
				return nil, fmt.Errorf("cause %s: title, because and a fix are all needed", c.ID)
			}
			cat[c.ID] = c
		}
	}
	return cat, nil
}

// Remedies fills the placeholders of a cause's fixes: the site's names (see
// Vars) and the result's own.
func (c Cause) Remedies(values map[string]string) []Remedy {
	out := make([]Remedy, 0, len(c.Fixes))
	for _, f := range c.Fixes {
		out = append(out, Remedy{
			Who: f.Who, Shell: f.Shell,
			Text:    Fill(f.Text, values, NoShell),
			Command: Fill(f.Command, values, f.Shell),
		})
	}
	return out
}

// Vars are the placeholders that a site fills.
func Vars(s site.Site) map[string]string {
	v := map[string]string{
		"spn": s.SPN(), "account": s.Qlik.ServiceAccount, "account-name": s.ServiceAccountName(),
		"external-host": s.ExternalHost(), "internal-host": s.InternalHost(),
		"external-url": s.Publish.ExternalURL, "internal-url": s.Publish.InternalURL,
		"app": s.Publish.AppName, "group": s.Publish.ConnectorGroup,
		"test-user": s.TestUser.UPN, "test-sam": s.SAM(),
		"domain": s.Directory.Domain, "realm": s.Realm(), "tenant": s.Entra.Tenant,
		"repository": s.Qlik.Repository, "prefix": s.Qlik.Prefix, "site": s.Name, "connector": "", "connector-host": "", "computer": "",
		"directory-user": plainName(s.Directory.User),
	}
	if len(s.Connector.Hosts) > 0 {
		h := s.Connector.Hosts[0]
		v["computer"] = h.ComputerAccount()
		v["connector"] = strings.TrimSuffix(h.ComputerAccount(), "$")
		v["connector-host"] = h.Name
	}
	// A site file may come from somebody else, and goes into commands.
	for k := range v {
		v[k] = Neutral(v[k])
	}
	return v
}

// Fill replaces {name} by its value, quoted for the shell.
func Fill(text string, values map[string]string, shell Shell) string {
	if !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, 2*len(values))
	for k, v := range values {
		pairs = append(pairs, "{"+k+"}", Quote(v, shell))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Quote makes a value safe to be typed as one argument in a shell. Text for
// people (no shell, portal, QMC) is left as it is.
func Quote(v string, shell Shell) string {
	plain := v != "" && strings.IndexFunc(v, func(r rune) bool {
		return !strings.ContainsRune(`ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:\-@=`, r)
	}) < 0
	switch shell {
	case PowerShell:
		// Always quoted: bare words mean nothing inside @{}, and typographic
		// quotes end a string as well as straight ones.
		return "'" + strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b").Replace(v) + "'"
	case Cmd:
		if plain {
			return v
		}
		return `"` + marks(strings.ReplaceAll(v, "%", "%%")) + `"`
	case Bash:
		if plain && !strings.Contains(v, `\`) {
			return v
		}
		return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
	default:
		return v
	}
}

// marks doubles quotation marks for a Windows program, and the backslashes
// before them and before the closing one, which would else hide them.
func marks(v string) string {
	var b strings.Builder
	slashes := 0
	for _, c := range []byte(v + `"`) {
		if c == '"' {
			b.WriteString(strings.Repeat(`\`, slashes) + `""`)
		} else {
			b.WriteByte(c)
		}
		slashes++
		if c != '\\' {
			slashes = 0
		}
	}
	return strings.TrimSuffix(b.String(), `""`)
}

// plainName is an account without its domain, as PowerShell's -Identity takes.
func plainName(account string) string {
	if _, name, ok := strings.Cut(account, `\`); ok {
		return name
	}
	name, _, _ := strings.Cut(account, "@")
	return name
}
