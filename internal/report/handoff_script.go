package report

import (
	"fmt"
	"strings"

	"sensegate/checks"
)

// preamble is what every script begins with: it asks before each change, shows
// with -WhatIf what it would do, and changes nothing by itself.
const preamble = `[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param()
Set-StrictMode -Version 2
$ErrorActionPreference = 'Continue'
# With -WhatIf nothing is changed: what would be run is shown. Without it every
# change is asked for; -Confirm:$false runs all of them.
function Invoke-Line([string]$Line) {
    # The line goes to cmd.exe as it stands, whatever quotation marks are in it.
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $env:ComSpec
    $start.Arguments = '/d /s /c "' + $Line + '"'
    $start.UseShellExecute = $false
    $process = [System.Diagnostics.Process]::Start($start)
    $process.WaitForExit()
    if ($process.ExitCode -ne 0) { Write-Warning ('it ended with ' + $process.ExitCode) }
}
Write-Host ('running as ' + [Security.Principal.WindowsIdentity]::GetCurrent().Name + ' on ' + $env:COMPUTERNAME)
`

// Script is the work order as a PowerShell script, with a byte order mark and
// Windows line ends, as Windows PowerShell 5.1 needs them. What is done by hand
// is printed; values are quoted for PowerShell or for cmd.exe.
func (h Handoff) Script() string {
	var b strings.Builder
	comment := func(format string, a ...any) {
		b.WriteString(strings.TrimRight("# "+oneLine(fmt.Sprintf(format, a...)), " ") + "\n")
	}
	if h.Simulated {
		comment("SIMULATED: this is about the practice lab, nothing real is wrong")
	}
	comment("Work order for the %s, site %s, written %s by sensegate %s", RoleTitle(h.Role), h.Site, h.Written, h.Program)
	comment("Read it first. Try it with -WhatIf: nothing is changed then.")
	if h.Redacted {
		comment("Made from a redacted report: placeholders stand for the names, so nothing in it is run.")
	}
	b.WriteString(preamble)
	if len(h.Items) == 0 {
		say(&b, "", "Nothing is wrong that you could mend.")
	}
	for _, i := range h.Items {
		b.WriteString("\n")
		comment("%d  %s (%s)", i.Number, i.Wrong, i.ID)
		say(&b, "", fmt.Sprintf("%d  %s", i.Number, i.Wrong))
		say(&b, "expected: ", i.Expected)
		say(&b, "seen:     ", i.Seen)
		say(&b, "because:  ", i.Because)
		for _, f := range i.Typed {
			h.fix(&b, i, f)
		}
	}
	h.prove(&b)
	return "\ufeff" + strings.ReplaceAll(b.String(), "\n", "\r\n")
}

func oneLine(v string) string {
	return strings.NewReplacer("\n", " ", "\r", " ", "\u0085", " ", "\u2028", " ", "\u2029", " ").Replace(v)
}

// say prints a line; nothing when there is nothing to say.
func say(b *strings.Builder, label, v string) {
	if v != "" {
		fmt.Fprintf(b, "Write-Host %s\n", checks.Quote(oneLine(label+v), checks.PowerShell))
	}
}

// fix runs a command that reads, asks before one that changes, and prints what
// is done by hand.
func (h Handoff) fix(b *strings.Builder, i HandoffItem, f HandoffFix) {
	line, runs := h.line(f)
	switch {
	case !runs:
		say(b, "by hand:  ", f.Text)
		say(b, "          ", f.Command)
	case reads(f):
		say(b, "look:     ", f.Text)
		b.WriteString(line + "\n")
	default:
		fmt.Fprintf(b, "if ($PSCmdlet.ShouldProcess(%s, %s)) {\n    %s\n}\n",
			checks.Quote(oneLine(i.Wrong), checks.PowerShell), checks.Quote(oneLine(f.Text+" "+f.Command), checks.PowerShell), line)
	}
}

// prove ends with what shows that it is mended, between two lines to copy.
func (h Handoff) prove(b *strings.Builder) {
	wrote := false
	for _, i := range h.Items {
		for _, p := range i.Proofs {
			line, runs := h.line(p)
			if !wrote {
				b.WriteString("\n# Proof: everything between the two lines may be sent back; it only reads.\n")
				say(b, "", "----- BEGIN PROOF -----")
				wrote = true
			}
			say(b, "", fmt.Sprintf("%d  %s", i.Number, p.Command))
			if runs && reads(p) {
				if p.Shell == checks.PowerShell {
					line = "& { " + line + " } | Out-String -Width 300"
				}
				b.WriteString(line + "\n")
			} else {
				say(b, "by hand:  ", p.Text)
			}
		}
	}
	if wrote {
		say(b, "", "----- END PROOF -----")
	}
}

// line is a command as the script runs it; false where it must not be run from
// here: clicks, another system's shell, a place to be filled in, a file of
// somebody else.
func (h Handoff) line(f HandoffFix) (string, bool) {
	if f.Command == "" || f.Foreign || f.File || h.Redacted || oneLine(f.Command) != f.Command {
		return "", false
	}
	switch f.Shell {
	case checks.PowerShell:
		return f.Command, whole(f.Command)
	case checks.Cmd:
		if strings.Contains(unquoted(f), "<") {
			return "", false // a place to be filled in
		}
		return "Invoke-Line " + checks.Quote(f.Command, checks.PowerShell), true
	case checks.Portal, checks.QMC, checks.Bash, checks.NoShell:
	}
	return "", false
}

// reads says that a command changes nothing.
func reads(f HandoffFix) bool {
	if f.Reads {
		return true
	}
	low := strings.ToLower(strings.TrimSpace(f.Command))
	if bare := strings.ToLower(unquoted(f)); strings.Contains(bare, ";") || strings.Contains(bare, "|") && !strings.Contains(bare, "| select") {
		return false
	}
	for _, p := range []string{"get-", "test-", "resolve-", "select-string ", "(get-", "setspn.exe -f -q ", "setspn.exe -q ", "setspn.exe -l ", "setspn.exe -x", "klist.exe get ", "klist.exe tickets", "klist.exe -li", "nltest /dsgetdc:", "nltest.exe /dsgetdc:", "w32tm /query ", "w32tm /monitor", "repadmin /showrepl"} {
		if strings.HasPrefix(low, p) {
			return true
		}
	}
	return false
}

// unquoted is a command without what stands in quotation marks: without the
// values.
func unquoted(f HandoffFix) string {
	marks := "\""
	if f.Shell == checks.PowerShell {
		marks = "'\u2018\u2019\u201a\u201b"
	}
	var b strings.Builder
	within := false
	for _, c := range f.Command {
		switch {
		case strings.ContainsRune(marks, c):
			within = !within
		case !within:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// whole says that a line is complete PowerShell by its form: quotation marks and
// brackets are closed, and nothing is redirected or left to be filled in.
func whole(line string) bool {
	var open []rune
	quoted := rune(0)
	in := []rune(line)
	for i := 0; i < len(in); i++ {
		c := in[i]
		switch {
		case quoted == '\'':
			if strings.ContainsRune("'\u2018\u2019\u201a\u201b", c) {
				quoted = 0 // a doubled one opens again at once
			}
		case quoted == '"':
			if c == '`' {
				i++
			} else if strings.ContainsRune("\"\u201c\u201d\u201e", c) {
				quoted = 0
			}
		case strings.ContainsRune("'\u2018\u2019\u201a\u201b", c):
			quoted = '\''
		case strings.ContainsRune("\"\u201c\u201d\u201e", c):
			quoted = '"'
		case c == '`':
			i++
		case strings.ContainsRune("({[", c):
			open = append(open, c)
		case strings.ContainsRune(")}]", c):
			pair := map[rune]rune{')': '(', '}': '{', ']': '['}[c]
			if len(open) == 0 || open[len(open)-1] != pair {
				return false
			}
			open = open[:len(open)-1]
		case c == '<' || c == '>' || c == '#' || c == '…':
			return false
		}
	}
	return quoted == 0 && len(open) == 0 && strings.TrimSpace(line) != ""
}
