package report

import (
	"slices"
	"strings"
	"unicode"
)

// trade are words that are nobody's name, whoever bears them: replacing them
// would make every sentence unreadable and hide nothing.
func trade() []string {
	return []string{
		"account", "accounts", "admin", "administrator", "administrators", "analytics", "api", "app", "apps", "application", "auth", "authentication", "central", "cloud", "computer", "computers", "connector", "connectors",
		"dashboard", "default", "dev", "domain", "engine", "enterprise", "entra", "external", "file", "files", "graph", "group", "groups", "guest", "host", "hosts", "http", "https", "internal", "kerberos", "krbtgt",
		"ldap", "local", "login", "mail", "main", "name", "names", "network", "nobody", "node", "nodes", "office", "portal", "prod", "production", "proxy", "public", "qlik", "qliksense", "repository", "root",
		"sense", "server", "servers", "service", "services", "sign", "signin", "sso", "sync", "system", "test", "tester", "testing", "user", "users", "virtual", "web", "windows", "www",
		"the", "and", "for", "with", "from", "this", "that", "not", "one", "two", "all", "new", "old",
	}
}

// onlyTrade says that a name is made of such words and numbers alone.
func onlyTrade(v string) bool {
	words := strings.FieldsFunc(strings.ToLower(v), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) })
	return !slices.ContainsFunc(words, func(w string) bool { return len(w) > 2 && !digits(w) && !slices.Contains(trade(), w) })
}

// programWord says that a word with dots is one of this program's or of a
// manual's, such as the id of a check or a file.
func programWord(v string) bool {
	area, rest, _ := strings.Cut(v, ".")
	if strings.Contains(rest, ".") {
		return false
	}
	return slices.Contains([]string{"site", "sync", "connector", "app", "allowlist", "spn", "kerberos", "delegation", "sso", "verify", "publish", "entra", "directory", "qlik", "trust"}, area) &&
		!slices.Contains([]string{"com", "net", "org", "local", "test"}, rest)
}
