package dns

import (
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// maxDatagram is what an answer may take over UDP without more being asked for
// (RFC 1035, section 4.2.1).
const maxDatagram = 512

// reply answers one message; nil is no answer at all, to what is no question.
// Where limit is not zero an answer beyond it is cut, which sends the client to
// TCP.
func reply(z Zone, raw []byte, limit int) []byte {
	var p dnsmessage.Parser
	head, err := p.Start(raw)
	if err != nil || head.Response {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return refuse(head.ID, dnsmessage.RCodeFormatError)
	}
	out := dnsmessage.Header{ID: head.ID, Response: true, OpCode: head.OpCode, RecursionDesired: head.RecursionDesired}
	if head.OpCode != 0 || q.Class != dnsmessage.ClassINET {
		out.RCode = dnsmessage.RCodeNotImplemented
		return build(out, q, nil)
	}
	list, code := z.answer(strings.ToLower(strings.TrimSuffix(q.Name.String(), ".")), q.Type)
	out.RCode, out.Authoritative = code, code != dnsmessage.RCodeRefused
	answer := build(out, q, list)
	if limit > 0 && len(answer) > limit {
		out.Truncated = true
		return build(out, q, nil)
	}
	return answer
}

func refuse(id uint16, code dnsmessage.RCode) []byte {
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: id, Response: true, RCode: code}}
	raw, err := m.Pack()
	if err != nil {
		return nil
	}
	return raw
}

func build(head dnsmessage.Header, q dnsmessage.Question, list []record) []byte {
	m := dnsmessage.Message{Header: head, Questions: []dnsmessage.Question{q}}
	for _, r := range list {
		name, err := dnsmessage.NewName(r.name + ".")
		if err != nil {
			return refuse(head.ID, dnsmessage.RCodeServerFailure)
		}
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: ttl}, Body: r.body,
		})
	}
	raw, err := m.Pack()
	if err != nil {
		return refuse(head.ID, dnsmessage.RCodeServerFailure)
	}
	return raw
}
