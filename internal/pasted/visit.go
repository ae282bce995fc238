package pasted

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Visit is what curl -v told of a sign-in by Negotiate. Its words are English
// on every system.
type Visit struct {
	// Mechanism is whose token was sent: ntlm, kerberos, spnego-kerberos, none.
	Mechanism string
	// Mutual says that the server answered with a token of its own.
	Mutual bool
	// Status is that of the last answer, Refused says that a token met with 401.
	Status  int
	Refused bool
	// Schemes are those offered, Hops where it was sent.
	Schemes, Hops []string
	// Directory and User are whose session it is, empty where there is none.
	Directory, User string
	// Lines are those that convince: what was sent, cut short, and who came.
	Lines []string
	// Host and At are where and when.
	Host string
	At   time.Time
}

// KeptOfToken is how many characters of a token the command leaves: enough to
// tell whose it is, and too few to use it.
const KeptOfToken = 160

var (
	errWholeToken = errors.New("it holds a whole ticket or the cookie of a session, which nobody should hand on: run the command as it is shown, it cuts them short")
	secretShape   = regexp.MustCompile(`(?i)(?:cookie: |qlikTicket=)[^\s…]{4,}`)
	bearerShape   = regexp.MustCompile(`(?i)\b(Negotiate|NTLM) ([A-Za-z0-9+/=]{16,})`)
	answerShape   = regexp.MustCompile(`^HTTP/[0-9.]+ (\d{3})`)
)

// ReadVisit reads what curl said of a visit to a host's pages; the error refuses
// it with the reason.
func ReadVisit(text, host string) (Visit, error) {
	list, err := Answers(text)
	if err != nil {
		return Visit{}, err
	}
	v := Visit{Mechanism: "none"}
	var a *Answer
	for i := range list {
		if list[i].Tool == "curl" {
			a = &list[i]
		}
	}
	if a == nil {
		return v, fmt.Errorf("it answers %s, and asked was curl", list[len(list)-1].about())
	}
	v.Host, v.At = a.Host, a.At
	pending := false
	asked := ""
	for _, raw := range a.Lines {
		line := strings.TrimSpace(raw)
		if m := bearerShape.FindStringSubmatch(line); m != nil && len(m[2]) > KeptOfToken+40 || secretShape.MatchString(line) {
			return v, errWholeToken
		}
		switch sent, got := strings.CutPrefix(line, "> "); {
		case got && strings.HasPrefix(strings.ToLower(sent), "host:"):
			asked = strings.TrimSpace(sent[len("host:"):])
		case got && strings.HasPrefix(strings.ToLower(sent), "authorization:"):
			pending = v.sent(sent)
		case strings.HasPrefix(line, "< "):
			pending = v.answered(strings.TrimSpace(line[2:]), pending)
		case strings.Contains(line, `"userId"`):
			v.who(line)
		}
	}
	name, _, _ := strings.Cut(asked, ":")
	switch {
	case asked == "" || v.Status == 0:
		return v, fmt.Errorf("it shows no request and answer of curl; it says: %s", a.first())
	case !strings.EqualFold(name, host):
		return v, fmt.Errorf("it is of the host %s, and %s was asked", name, host)
	}
	return v, nil
}

// sent notes whose token a request carried.
func (v *Visit) sent(header string) bool {
	m := bearerShape.FindStringSubmatch(header)
	if m == nil {
		return false
	}
	text := m[2][:len(m[2])/4*4]
	raw, err := base64.StdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		raw, _ = base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	}
	what := tokenOf(raw)
	// One message of NTLM is enough: then that is what it was.
	if what != "none" && v.Mechanism != "ntlm" {
		v.Mechanism = what
	}
	v.Lines = append(v.Lines, "Authorization: "+m[1]+" "+m[2][:min(len(m[2]), 24)]+"…, which is "+what)
	return true
}

// answered reads one line of an answer; pending says that a token is awaiting
// its verdict.
func (v *Visit) answered(line string, pending bool) bool {
	if m := answerShape.FindStringSubmatch(line); m != nil {
		v.Status, _ = strconv.Atoi(m[1])
		v.Refused = pending && v.Status == 401
		return false
	}
	name, value, _ := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	switch strings.ToLower(name) {
	case "www-authenticate":
		scheme, token, _ := strings.Cut(value, " ")
		v.Schemes = append(v.Schemes, scheme)
		v.Mutual = v.Mutual || strings.EqualFold(scheme, "Negotiate") && len(token) > 16 && v.Status != 401
	case "location":
		if where, _, ok := strings.Cut(value, "?"); ok {
			value = where + "?…"
		}
		v.Hops = append(v.Hops, strconv.Itoa(v.Status)+" "+value)
	}
	return pending
}

// who reads the proxy's answer to the question whose session it is.
func (v *Visit) who(line string) {
	from, to := strings.Index(line, "{"), strings.LastIndex(line, "}")
	if from < 0 || to < from {
		return
	}
	var user struct {
		Directory string `json:"userDirectory"`
		ID        string `json:"userId"`
	}
	if json.Unmarshal([]byte(line[from:to+1]), &user) != nil {
		return
	}
	v.Directory, v.User = user.Directory, user.ID
	v.Lines = append(v.Lines, line[from:to+1])
}

// tokenOf says whose token it is, by its object identifiers; of a token that was
// cut short the beginning is enough.
func tokenOf(raw []byte) string {
	const ntlm, kerberos, spnego = "NTLMSSP\x00", "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", "\x06\x06\x2b\x06\x01\x05\x05\x02"
	if strings.HasPrefix(string(raw), ntlm) {
		return "ntlm"
	}
	// Further rounds, which Kerberos does not have, come as NegTokenResp.
	if in, ok := inside(raw, 0xa1); ok {
		return tokenOfMechanism(mechanismToken(in), ntlm, kerberos)
	}
	in, ok := inside(raw, 0x60)
	switch {
	case !ok:
		return "none"
	case strings.HasPrefix(string(in), kerberos):
		return "kerberos"
	case !strings.HasPrefix(string(in), spnego):
		return "none"
	}
	in, _ = inside(in[len(spnego):], 0xa0) // NegTokenInit
	inner := tokenOfMechanism(mechanismToken(in), ntlm, kerberos)
	if inner == "kerberos" {
		return "spnego-kerberos"
	}
	return inner
}

// mechanismToken is the token inside NegTokenInit or NegTokenResp: the third
// field of either.
func mechanismToken(in []byte) []byte {
	in, _ = inside(in, 0x30)
	for len(in) > 0 && in[0] != 0xa2 {
		in = after(in)
	}
	in, _ = inside(in, 0xa2)
	in, _ = inside(in, 0x04)
	return in
}

func tokenOfMechanism(in []byte, ntlm, kerberos string) string {
	if strings.HasPrefix(string(in), ntlm) {
		return "ntlm"
	}
	if in, ok := inside(in, 0x60); ok && strings.HasPrefix(string(in), kerberos) {
		return "kerberos"
	}
	return "none"
}

// header reads tag and length of DER; head is where the content begins.
func header(b []byte) (head, length int, ok bool) {
	if len(b) < 2 {
		return 0, 0, false
	}
	if b[1] < 0x80 {
		return 2, int(b[1]), true
	}
	n := int(b[1] & 0x7f)
	if n == 0 || n > 3 || len(b) < 2+n {
		return 0, 0, false
	}
	for _, x := range b[2 : 2+n] {
		length = length<<8 | int(x)
	}
	return 2 + n, length, true
}

// inside is the content of an element of that tag, as far as there is any.
func inside(b []byte, tag byte) ([]byte, bool) {
	head, length, ok := header(b)
	if !ok || b[0] != tag {
		return nil, false
	}
	return b[head:min(len(b), head+length)], true
}

// after is what follows the first element.
func after(b []byte) []byte {
	head, length, ok := header(b)
	if !ok || head+length > len(b) {
		return nil
	}
	return b[head+length:]
}
