package collect

import (
	_ "embed"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

//go:embed script.ps1
var script string

// ScriptOptions are what the script is made for.
type ScriptOptions struct {
	Tool, Site, Tenant, Controller string
	Backends, Without              []string
}

// Script is the PowerShell script that collects the same facts, for machines
// where no program may be run. It is one plain text, to be read before it is
// copied, and it may be signed.
func Script(o ScriptOptions) string {
	var endpoints []string
	for _, e := range fact.ServiceEndpoints(o.Tenant) {
		endpoints = append(endpoints, e.Host+":"+strconv.Itoa(e.Port))
	}
	text := strings.NewReplacer(
		"'@tool@'", quoted(o.Tool+" (script)"), "'@site@'", quoted(o.Site), "'@controller@'", quoted(o.Controller),
		"@('@backends@')", array(o.Backends), "@('@without@')", array(o.Without), "@('@endpoints@')", array(endpoints),
		"@('@services@')", array(watched()), "@('@clashing@')", array(clashing()), "@('@channels@')", array(channels()),
		"@('@traces@')", array(traceFolders()), "@('@qliklogs@')", array(qlikLogFolders()),
		"'@troubled@'", quoted(troubled.String()), "'@signedin@'", quoted(signedIn.String()),
	).Replace(script)
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r\n")
}

// quoted is a text as PowerShell takes it literally.
func quoted(s string) string {
	return "'" + strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019", "\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b", "\n", " ", "\r", " ").Replace(s) + "'"
}

func array(list []string) string {
	words := make([]string, 0, len(list))
	for _, s := range list {
		words = append(words, quoted(s))
	}
	return "@(" + strings.Join(words, ", ") + ")"
}
