package pasted

import (
	"regexp"
	"strconv"
	"strings"
)

// Ticket is one ticket as klist prints it.
type Ticket struct {
	Client, Server string // name@REALM
	// EType is the encryption's number, 0 when it was not shown.
	EType int
	// Flags are those of the ticket, 0 when they were not shown.
	Flags uint32
}

var (
	blockShape = regexp.MustCompile(`^\s*#\d+>`)
	atShape    = regexp.MustCompile(`([^\s:@：]+(?: [^\s:@]+)*?)\s*@\s*([\pL\pN._-]+)`)
	flagShape  = regexp.MustCompile(`0x([0-9a-fA-F]{8})\b`)
	etypeShape = regexp.MustCompile(`(?i)AES-?256-CTS|AES-?128-CTS|RC4-HMAC|ARCFOUR|DES-CBC-(?:CRC|MD5)`)
	unixShape  = regexp.MustCompile(`^\S+ \S+\s+\S+ \S+\s+(\S+@\S+)\s*$`)
	ownerShape = regexp.MustCompile(`^[^:]*: (\S+@\S+)\s*$`)
)

// Tickets reads the output of Windows' klist, in any language, or of MIT's.
func Tickets(text string) []Ticket {
	text = Text(text)
	if strings.Contains(text, "#0>") {
		return windowsTickets(text)
	}
	return unixTickets(text)
}

// windowsTickets goes by the order of the lines of a block: the client, the
// server, the encryption, the flags.
func windowsTickets(text string) []Ticket {
	var out []Ticket
	var t *Ticket
	left := 0
	for line := range strings.Lines(text) {
		left--
		mark := ""
		if strings.Contains(line, "#") {
			mark = blockShape.FindString(line)
		}
		if mark == "" && left < 0 {
			continue // klist says less than that of a ticket
		}
		if mark != "" {
			out = append(out, Ticket{})
			t, left = &out[len(out)-1], blockLines
			line = line[len(mark):]
		}
		if t == nil {
			continue
		}
		// What stands before the first colon is the label, in some language.
		value := line
		if _, after, ok := strings.Cut(line, ":"); ok {
			value = after
		}
		var m []string
		if strings.Contains(value, "@") && t.Server == "" {
			m = atShape.FindStringSubmatch(strings.TrimSpace(value))
		}
		switch {
		case m != nil && t.Client == "":
			t.Client = m[1] + "@" + m[2]
			continue
		case m != nil && t.Server == "":
			t.Server = m[1] + "@" + m[2]
			continue
		}
		if e := etypeShape.FindString(line); e != "" && t.EType == 0 {
			t.EType = etypeOf(e)
			continue
		}
		if f := flagShape.FindStringSubmatch(line); f != nil && t.Flags == 0 {
			if n, err := strconv.ParseUint(f[1], 16, 32); err == nil {
				t.Flags = uint32(n)
			}
		}
	}
	return out
}

func etypeOf(name string) int {
	name = strings.ToUpper(strings.ReplaceAll(name, "-", ""))
	switch {
	case strings.HasPrefix(name, "AES256"):
		return 18
	case strings.HasPrefix(name, "AES128"):
		return 17
	case strings.HasPrefix(name, "DESCBCCRC"):
		return 1
	case strings.HasPrefix(name, "DESCBC"):
		return 3
	}
	return 23
}

// unixTickets reads MIT's table; with -e the encryption follows on the next
// line, the session key's first.
func unixTickets(text string) []Ticket {
	var out []Ticket
	client := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if m := unixShape.FindStringSubmatch(line); m != nil {
			out = append(out, Ticket{Client: client, Server: m[1]})
			continue
		}
		if m := ownerShape.FindStringSubmatch(line); m != nil && client == "" {
			client = m[1]
			continue
		}
		if all := etypeShape.FindAllString(line, 2); len(all) > 0 && len(out) > 0 && out[len(out)-1].EType == 0 {
			out[len(out)-1].EType = etypeOf(all[len(all)-1])
		}
	}
	return out
}

// HasTicket says whether a ticket for the name is among those pasted, and which.
func HasTicket(text, name string) (Ticket, bool) {
	for _, t := range Tickets(text) {
		server, _, _ := strings.Cut(t.Server, "@")
		if strings.EqualFold(server, name) {
			return t, true
		}
	}
	return Ticket{}, false
}
