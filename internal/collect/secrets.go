package collect

import "regexp"

// secrets are what may stand in a log and must not leave the machine: what
// follows a word that announces it, and what tells by its own form. The script
// takes the pattern over, so it is written in what Go and .NET have in common.
var secrets = regexp.MustCompile(`(?i)((?:password|passwd|pwd|passphrase|secret|api[-_]?key)["']?\s*[=:>]\s*["']?)(?:[^\s"'<>;&,\[]|\[(?:[^l]|l[^e]))[^\s"'<>;&,]*` +
	`|((?:bearer|negotiate|ntlm|basic|authorization|token|ticket|cookie|session|assertion|signature|saml(?:request|response)|[?&]code)["']?\s*[=: >]\s*["']?)[A-Za-z0-9+/=_.~%-]{16,}` +
	`|(//)[^/\s:@]+:[^/\s@]+@` +
	`|(?-i:eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+)` +
	`|(?-i:(?:YII|TlRMTVNTUA)[A-Za-z0-9+/=]{8,})`)

// hidden is what stands in the place of a secret; $1 to $3 are what announced it.
const hidden = "$1$2$3[left out]"

func withoutSecrets(line string) string { return secrets.ReplaceAllString(line, hidden) }
