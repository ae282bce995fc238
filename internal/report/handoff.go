package report

import (
	"fmt"
	"slices"
	"strings"

	"sensegate/checks"
)

// Handoff is a work order for somebody with other rights: what is wrong, what
// to do about it, and how to prove it afterwards.
type Handoff struct {
	Role      string
	Site      string
	Simulated bool
	Redacted  bool
	Written   string
	Program   string
	Items     []HandoffItem
	// Others counts what waits for the other roles.
	Others map[string]int
}

// HandoffItem is one thing that is wrong.
type HandoffItem struct {
	Number   int
	Step, ID string
	// Wrong is the outcome and the assertion that is not true.
	Wrong                            string
	Expected, Seen, Because, Matters string
	// Fixes are every way to mend it; Typed are those of a script, each once.
	Fixes, Typed []HandoffFix
	Proofs       []HandoffFix
	// More is the command that explains it.
	More string
}

// HandoffFix is one thing to do, or to run.
type HandoffFix struct {
	Text, Command string
	Shell         checks.Shell
	// Foreign says that the command comes from a file of somebody else: it is
	// shown, and never put where it could be run.
	Foreign bool
	// Reads says that it changes nothing, whatever it looks like.
	Reads bool
	// File says that it is for another machine, and writes a file there.
	File bool
}

// The roles that work is handed to, as the command line names them.
const (
	RoleAD      = "ad"
	RoleEntra   = "entra"
	RoleQlik    = "qlik"
	RoleNetwork = "network"
)

// HandoffRoles are the names of the roles.
func HandoffRoles() []string { return []string{RoleAD, RoleEntra, RoleQlik, RoleNetwork} }

// RoleTitle says who that is.
func RoleTitle(role string) string {
	var out []string
	for _, who := range people(role) {
		out = append(out, string(who))
	}
	return strings.Join(out, " and ")
}

// people are those that a role stands for.
func people(role string) []checks.Role {
	switch role {
	case RoleAD:
		return []checks.Role{checks.ADAdmin}
	case RoleEntra:
		return []checks.Role{checks.EntraAdmin}
	case RoleQlik:
		return []checks.Role{checks.QlikAdmin}
	case RoleNetwork:
		return []checks.Role{checks.NetworkAdmin, checks.HostAdmin}
	}
	return nil
}

// NewHandoff makes the work order of a role from what a run of checks found.
func NewHandoff(d Document, role string) Handoff {
	h := Handoff{
		Role: role, Site: orUnknown(d.Site), Simulated: d.Simulated, Redacted: d.Redacted, Written: moment(d.Written),
		Program: d.Program.Version, Others: map[string]int{},
	}
	for _, r := range HandoffRoles() {
		items := itemsOf(d, people(r))
		if r == role {
			h.Items = items
		} else if len(items) > 0 {
			h.Others[r] = len(items)
		}
	}
	return h
}

func itemsOf(d Document, who []checks.Role) []HandoffItem {
	var out []HandoffItem
	for _, s := range d.Steps {
		for _, c := range s.Checks {
			if c.Status != checks.Fail && c.Status != checks.Warn && c.Status != checks.Unknown {
				continue
			}
			fixes, typed := fixesOf(c, who)
			if len(fixes) == 0 && c.Status == checks.Unknown && asked(c, who) {
				fixes = toTell()
			}
			if len(fixes) == 0 {
				continue
			}
			item := HandoffItem{
				Number: len(out) + 1, Step: s.Title, ID: c.ID, Wrong: Word(c.Status) + ": " + c.Title, Expected: c.Expected, Seen: c.Seen, Because: c.Because, Matters: c.Matters,
				Fixes: fixes, Typed: typed, Proofs: proofsOf(s.ID, c, who),
			}
			if c.Cause != "" {
				item.More = "sensegate explain " + c.Cause
			}
			out = append(out, item)
		}
	}
	return out
}

// fixesOf are the remedies of some people, and of each the one that is typed
// where there is a choice.
func fixesOf(c DocumentCheck, who []checks.Role) (all, typed []HandoffFix) {
	var own []checks.Remedy
	for _, m := range c.Remedies {
		if slices.Contains(who, m.Who) {
			own = append(own, m)
		}
	}
	list := func(from []checks.Remedy) (out []HandoffFix) {
		for _, m := range from {
			out = append(out, HandoffFix{Text: m.Text, Command: m.Command, Shell: m.Shell, Foreign: c.foreign && len(c.Vars) == 0})
		}
		return out
	}
	return list(own), list(checks.InPlace(own, checks.PowerShell))
}

// asked says that some people can show what could not be told from here.
func asked(c DocumentCheck, who []checks.Role) bool {
	return slices.ContainsFunc(c.Proofs, func(p Proof) bool { return slices.Contains(who, p.Who) })
}

// toTell is what they do about it.
func toTell() []HandoffFix {
	return []HandoffFix{{Text: "Nothing is known to be wrong. It could not be told from where this was written: run what follows where it says, and send back what comes of it.", Reads: true}}
}

// proofsOf are the commands whose output shows that it is mended: those that
// the check itself can judge, or those of its step.
func proofsOf(step string, c DocumentCheck, who []checks.Role) []HandoffFix {
	var out []HandoffFix
	for _, p := range c.Proofs {
		if !slices.Contains(who, p.Who) && p.Who != "" {
			continue
		}
		text := "Run on " + p.On + ", and send back what it prints: it can be pasted into the wizard."
		if p.File {
			text = "Or run on " + p.On + ", and send back the file that it writes: it settles all else about the machine too, and can be imported. It reads only; where no program may be run, --script instead of --output prints a PowerShell script that does the same."
		}
		out = append(out, HandoffFix{Text: text, Command: p.Command, Shell: p.Shell, Foreign: c.foreign, File: p.File, Reads: true})
	}
	if len(out) > 0 {
		return out
	}
	for _, p := range stepProofs(step) {
		if slices.Contains(who, p.Who) && filled(p.Command, c.Vars) {
			out = append(out, HandoffFix{Text: p.Text, Command: checks.Fill(p.Command, c.Vars, p.Shell), Shell: p.Shell, Reads: true})
		}
	}
	return out
}

// filled says that every placeholder of a command has a value.
func filled(command string, values map[string]string) bool {
	for _, part := range strings.Split(command, "{")[1:] {
		name, _, ok := strings.Cut(part, "}")
		if ok && strings.IndexFunc(name, func(c rune) bool { return (c < 'a' || c > 'z') && c != '-' }) < 0 && values[name] == "" {
			return false
		}
	}
	return true
}

// stepProofs are commands that only read, by step.
func stepProofs(step string) []checks.Fix {
	const back = "Send back what it prints."
	switch step {
	case "sync":
		return []checks.Fix{{Who: checks.EntraAdmin, Text: "On the server that synchronises. " + back, Command: "Get-ADSyncScheduler", Shell: checks.PowerShell}}
	case "connector":
		return []checks.Fix{{Who: checks.HostAdmin, Text: "On the connector host; it reads only. Send the file back, it can be imported.", Command: "sensegate collect --output evidence.json", Shell: checks.Cmd}}
	case "spn":
		return []checks.Fix{
			{Who: checks.ADAdmin, Text: back, Command: "setspn.exe -F -Q {spn}", Shell: checks.Cmd},
			{Who: checks.ADAdmin, Text: back, Command: "Get-ADObject -LDAPFilter ('(sAMAccountName=' + {account-name} + ')') -Properties servicePrincipalName,msDS-SupportedEncryptionTypes", Shell: checks.PowerShell},
		}
	case "kerberos":
		return []checks.Fix{{Who: checks.ADAdmin, Text: "On a machine of the domain. " + back, Command: "klist.exe get {spn}", Shell: checks.Cmd}}
	case "delegation":
		return []checks.Fix{{Who: checks.ADAdmin, Text: back, Command: "Get-ADComputer -Identity {connector} -Properties TrustedToAuthForDelegation,msDS-AllowedToDelegateTo", Shell: checks.PowerShell}}
	}
	return nil
}

// Text is the work order to be read.
func (h Handoff) Text() string {
	var b strings.Builder
	if h.Simulated {
		b.WriteString("SIMULATED: this is about the practice lab, nothing real is wrong\n\n")
	}
	fmt.Fprintf(&b, "Work order for the %s\nsite      %s\nwritten   %s by sensegate %s\n", RoleTitle(h.Role), h.Site, h.Written, h.Program)
	if h.Redacted {
		b.WriteString("note      made from a redacted report: placeholders stand for the names\n")
	}
	if len(h.Items) == 0 {
		b.WriteString("\nNothing is wrong that you could mend.\n")
	}
	for _, i := range h.Items {
		i.text(&b)
	}
	if len(h.Items) > 0 {
		b.WriteString("\nAfterwards whoever sent this runs: sensegate check --site FILE\n")
	}
	for _, r := range HandoffRoles() {
		if n := h.Others[r]; n > 0 {
			fmt.Fprintf(&b, "\nThe %s has %s as well: sensegate handoff --role %s\n", RoleTitle(r), things(n), r)
		}
	}
	return b.String()
}

func things(n int) string {
	if n == 1 {
		return "one thing to mend"
	}
	return fmt.Sprintf("%d things to mend", n)
}

func (i HandoffItem) text(b *strings.Builder) {
	fmt.Fprintf(b, "\n%d  %s\n", i.Number, i.Wrong)
	row := func(label, v string) {
		if v != "" {
			fmt.Fprintf(b, "   %-9s %s\n", label, v)
		}
	}
	row("step", i.Step+" ("+i.ID+")")
	row("expected", i.Expected)
	row("seen", i.Seen)
	row("because", i.Because)
	row("matters", i.Matters)
	for _, f := range i.Fixes {
		row("do", f.Text)
		row("", placed(f))
	}
	for _, p := range i.Proofs {
		row("prove", p.Text)
		row("", placed(p))
	}
	row("more", i.More)
}

// placed is a command with the place where it is typed.
func placed(f HandoffFix) string {
	if f.Command == "" {
		return ""
	}
	at := map[checks.Shell]string{checks.PowerShell: "PS> ", checks.Cmd: "C:\\> ", checks.Bash: "$ "}[f.Shell]
	return at + f.Command
}
