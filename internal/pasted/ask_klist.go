package pasted

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Klist is what klist showed after it was asked for one ticket.
type Klist struct {
	// Host and At are where and when.
	Host   string
	At     time.Time
	Found  bool
	Ticket Ticket
	// Line is the one that names the ticket, or the refusal; Encrypted the one that
	// tells how the ticket is encrypted.
	Line, Encrypted string
	// Code is the number that klist failed with, empty when it shows none.
	Code string
	// Others counts the tickets shown.
	Others int
}

var failureShape = regexp.MustCompile(`\b0x[0-9a-fA-F]{2,8}\b`)

// ReadKlist reads the output of klist get NAME, in any language; the error
// refuses it with the reason.
func ReadKlist(text, name, realm string) (Klist, error) {
	list, err := Answers(text)
	if err != nil {
		return Klist{}, err
	}
	var k Klist
	var a *Answer
	for i := range list {
		if list[i].Tool == "klist" {
			a = &list[i]
		}
	}
	if a == nil {
		return k, fmt.Errorf("it answers %s, and asked was klist get %s", list[len(list)-1].about(), name)
	}
	k.Host, k.At = a.Host, a.At
	asked := strings.TrimSpace(strings.TrimPrefix(a.Question, "get "))
	if !strings.EqualFold(asked, name) {
		return k, fmt.Errorf("it is about %s, and %s was asked", asked, name)
	}
	body := strings.Join(a.Lines, "\n")
	tickets := Tickets(body)
	k.Others = len(tickets)
	foreign := ""
	for _, t := range tickets {
		if _, of, ok := strings.Cut(t.Client, "@"); ok && strings.EqualFold(of, realm) {
			foreign = ""
			break
		} else if ok {
			foreign = of
		}
	}
	if foreign != "" {
		return k, fmt.Errorf("the tickets are of %s, and %s was expected", foreign, realm)
	}
	if t, ok := HasTicket(body, name); ok {
		k.Found, k.Ticket, k.Line = true, t, lineOf(a.Lines, name)
		if t.EType == 0 {
			return k, fmt.Errorf("it does not show how the ticket for %s is encrypted: part of it is missing", name)
		}
		k.Encrypted = encryptedLine(a.Lines, k.Line)
		if t.Flags == 0 {
			return k, fmt.Errorf("it does not show the flags of the ticket for %s: part of it is missing", name)
		}
		return k, nil
	}
	// Without the ticket it has to say so: an empty cache, or a failure.
	for _, line := range a.Lines {
		if strings.Contains(line, "#") {
			break
		}
		if code := failureShape.FindString(line); code != "" && !strings.Contains(line, "0:0x") {
			k.Code, k.Line = code, line
		}
	}
	if k.Line == "" && k.Others == 0 {
		return k, fmt.Errorf("it shows neither tickets nor a failure; it says: %s", a.first())
	}
	if k.Line == "" {
		k.Line = fmt.Sprintf("%d tickets, none of them for %s", k.Others, name)
	}
	return k, nil
}

// lineOf is the line that names the ticket: the name and its realm, not what
// klist says before the list.
func lineOf(lines []string, name string) string {
	for _, line := range lines {
		if _, after, ok := strings.Cut(strings.ToLower(line), strings.ToLower(name)); ok && strings.HasPrefix(strings.TrimSpace(after), "@") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// encryptedLine is the first after the ticket's that names an encryption.
func encryptedLine(lines []string, ticket string) string {
	seen := false
	for _, line := range lines {
		line = strings.TrimSpace(line)
		if seen && etypeShape.MatchString(line) {
			return line
		}
		seen = seen || line == ticket
	}
	return ""
}

// AES says whether the ticket is encrypted with it.
func (k Klist) AES() bool {
	const aes128, aes256 = 17, 18
	return k.Ticket.EType == aes128 || k.Ticket.EType == aes256
}

// EncryptionName is the ticket's encryption as Kerberos tools print it.
func (k Klist) EncryptionName() string {
	switch k.Ticket.EType {
	case 18:
		return "aes256-cts-hmac-sha1-96"
	case 17:
		return "aes128-cts-hmac-sha1-96"
	case 23:
		return "rc4-hmac"
	}
	return "DES"
}

// FlagNames are the ticket's flags in words, those that matter here.
func (k Klist) FlagNames() []string {
	var out []string
	for _, f := range []struct {
		bit  uint32
		name string
	}{
		{0x40000000, "forwardable"},
		{0x20000000, "forwarded"},
		{0x00800000, "renewable"},
		{0x00200000, "pre_authent"},
		{0x00040000, "ok_as_delegate"},
		{0x00010000, "name_canonicalize"},
	} {
		if k.Ticket.Flags&f.bit != 0 {
			out = append(out, f.name)
		}
	}
	return out
}
