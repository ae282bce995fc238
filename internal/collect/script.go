package collect

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
	"unicode/utf16"

	"sensegate/internal/fact"
)

//go:embed script/*.ps1
var parts embed.FS

// ScriptOptions are what the script is made for.
type ScriptOptions struct {
	Tool, Site, Cloud, Tenant, Controller string
	Backends, Without                     []string
}

// Script is the PowerShell script that collects the same facts, for machines
// where no program may be run. It is one plain text in ASCII, to be read before
// it is copied, and it may be signed.
func Script(o ScriptOptions) string {
	var endpoints []string
	for _, e := range fact.ServiceEndpoints(o.Cloud, o.Tenant) {
		endpoints = append(endpoints, e.Host+":"+strconv.Itoa(e.Port))
	}
	text := strings.NewReplacer(
		"'@tool@'", quoted(o.Tool+" (script)"), "'@site@'", quoted(o.Site), "'@controller@'", quoted(o.Controller),
		"@('@backends@')", array(o.Backends), "@('@without@')", array(o.Without), "@('@endpoints@')", array(endpoints),
		"@('@services@')", array(watched()), "@('@clashing@')", array(clashing()), "@('@channels@')", array(channels()), "@('@sessions@')", array(sessionChannels()),
		"@('@traces@')", array(traceFolders()), "@('@qliklogs@')", array(qlikLogFolders()),
		"@('@products@')", array(keysConnector()), "@('@authorities@')", array(fact.PublicIssuers()),
		"'@troubled@'", quoted(troubled.String()), "'@signedin@'", quoted(signedIn.String()), "'@secret@'", quoted(secrets.String()),
	).Replace(whole())
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

// whole joins the parts of the script, in the order of their names.
func whole() string {
	names, err := fs.Glob(parts, "script/*.ps1")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	var b strings.Builder
	for _, n := range names {
		text, err := parts.ReadFile(n)
		if err != nil {
			panic(err) // it is part of the program
		}
		b.Write(text)
	}
	return b.String()
}

// quoted is a text as PowerShell takes it literally. What is not ASCII is written
// as numbers, for Windows PowerShell reads a file without a mark in the code page
// of the machine.
func quoted(s string) string {
	var b strings.Builder
	inside, sum := true, false
	b.WriteByte('\'')
	for _, r := range s {
		switch {
		case r < ' ' || r == 0x7f: // no name has one
		case r < 0x7f && !inside:
			b.WriteString(" + '")
			inside = true
			fallthrough
		case r < 0x7f:
			b.WriteString(strings.ReplaceAll(string(r), "'", "''"))
		default:
			if inside {
				b.WriteByte('\'')
			}
			inside, sum = false, true
			for _, u := range utf16.Encode([]rune{r}) {
				b.WriteString(" + [char]" + strconv.Itoa(int(u)))
			}
		}
	}
	if inside {
		b.WriteByte('\'')
	}
	if sum {
		return "(" + b.String() + ")"
	}
	return b.String()
}

func array(list []string) string {
	words := make([]string, 0, len(list))
	for _, s := range list {
		words = append(words, quoted(s))
	}
	return "@(" + strings.Join(words, ", ") + ")"
}
