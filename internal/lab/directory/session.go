package directory

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"sensegate/internal/lab/directory/wire"
	"sensegate/internal/lab/gss"
)

const (
	handshakeTime = 10 * time.Second
	idleTime      = 15 * time.Minute // MaxConnIdleTime of the default policy
	writeTime     = 30 * time.Second
	recordSize    = 16 << 10
)

// session is one connection and who it is bound as.
type session struct {
	server    *Server
	conn      net.Conn
	in        *bufio.Reader
	encrypted bool
	catalogue bool
	caller    string // key of the bound entry
	gss       GSSAcceptor
	agreed    *gss.Layer // of a bind whose answer is still to be sent
}

func (s *Server) serve(ctx context.Context, c net.Conn, d *door) {
	ss := &session{server: s, conn: c, in: bufio.NewReader(c), catalogue: d.catalog}
	if d.encrypted && ss.secure(ctx) != nil {
		return
	}
	for {
		if ss.conn.SetReadDeadline(time.Now().Add(idleTime)) != nil {
			return
		}
		raw, err := wire.Read(ss.in)
		if err != nil {
			if errors.Is(err, wire.ErrMalformed) || errors.Is(err, wire.ErrTooLarge) {
				ss.disconnect(err)
			}
			return
		}
		if !ss.handle(ctx, raw) {
			return
		}
	}
}

// secure puts TLS on the connection.
func (ss *session) secure(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, handshakeTime)
	defer cancel()
	t := tls.Server(ss.conn, ss.server.tls)
	if err := t.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("starting TLS: %w", err)
	}
	ss.conn, ss.in, ss.encrypted = t, bufio.NewReader(t), true
	return nil
}

// handle answers one request and says whether the connection goes on.
func (ss *session) handle(ctx context.Context, raw []byte) bool {
	m, err := wire.Decode(raw)
	if err != nil {
		ss.disconnect(err)
		return false
	}
	st := ss.server.present()
	if st.Silent {
		_, leaving := m.Op.(wire.UnbindRequest)
		return !leaving
	}
	answer := wire.Response{ID: m.ID}
	switch op := m.Op.(type) {
	case wire.UnbindRequest:
		return false
	case wire.AbandonRequest: // requests are answered one by one: too late by now
		return true
	case wire.BindRequest:
		answer.Tag = wire.TagBindResponse
	case wire.SearchRequest:
		answer.Tag = wire.TagSearchDone
	case wire.ModifyRequest:
		answer.Tag = wire.TagModifyResponse
	case wire.AddRequest:
		answer.Tag = wire.TagAddResponse
	case wire.DelRequest:
		answer.Tag = wire.TagDelResponse
	case wire.ModifyDNRequest:
		answer.Tag = wire.TagModifyDNResponse
	case wire.CompareRequest:
		answer.Tag = wire.TagCompareResponse
	case wire.ExtendedRequest:
		answer.Tag = wire.TagExtendedResponse
		if op.OID == oidStartTLS && !st.Busy {
			return ss.startTLS(ctx, answer)
		}
	}
	ctl, err := readControls(m.Controls)
	if st.Busy {
		err = comment(codeBusy, "000020F6", "0C0907E1", "The server is busy")
	}
	if err == nil {
		err = ss.perform(m, st, ctl, &answer)
	}
	answer.Result = outcome(answer.Result, err)
	if ss.send(answer) != nil {
		return false
	}
	ss.protect()
	return true
}

// perform carries out a request; what it finds on the way is sent before the
// answer.
func (ss *session) perform(m wire.Message, st State, ctl asked, answer *wire.Response) error {
	store := ss.server.store
	from := asking{caller: ss.caller, catalogue: ss.catalogue, secure: ss.encrypted, home: ss.server.home}
	if ss.caller != "" && !ss.catalogue {
		if no := from.home.elsewhere(about(m.Op)); no != nil {
			return no
		}
	}
	switch op := m.Op.(type) {
	case wire.BindRequest:
		return ss.bind(op, st, answer)
	case wire.SearchRequest:
		return ss.search(m.ID, from, op, st, ctl, answer)
	case wire.ModifyRequest:
		return store.modify(from, op, ctl)
	case wire.AddRequest:
		return store.add(from, op)
	case wire.DelRequest:
		return store.remove(from, op.DN)
	case wire.ModifyDNRequest:
		if ss.caller == "" {
			return needBind()
		}
		return unwilling("00002035")
	case wire.CompareRequest:
		equal, err := store.compareValue(from, op)
		if err != nil {
			return err
		}
		answer.Code = codeCompareFalse
		if equal {
			answer.Code = codeCompareTrue
		}
		return nil
	case wire.ExtendedRequest:
		return ss.extended(op, answer)
	}
	return refuse(codeProtocol, "unexpected operation")
}

func (ss *session) search(id int64, from asking, req wire.SearchRequest, st State, ctl asked, answer *wire.Response) error {
	var (
		out found
		err error
	)
	if req.Base == "" && req.Scope == wire.ScopeBase {
		out.entries = ss.server.store.rootDSE(from, st, req)
	} else if out, err = ss.server.store.search(from, req, ctl); err != nil {
		return err
	}
	// Many entries fit into one record of TLS.
	gathered := bufio.NewWriterSize(ss.conn, recordSize)
	if err := ss.limit(); err != nil {
		return err
	}
	for _, e := range out.entries {
		e.ID = id
		if _, err := e.WriteTo(gathered); err != nil {
			return fmt.Errorf("answering: %w", err)
		}
	}
	if err := gathered.Flush(); err != nil {
		return fmt.Errorf("answering: %w", err)
	}
	for _, u := range out.references {
		if err := ss.send(wire.Reference{ID: id, URL: u}); err != nil {
			return err
		}
	}
	if out.paging != nil {
		answer.Controls = []wire.Control{{OID: controlPaging, Value: out.paging.Bytes()}}
	}
	if out.truncated {
		answer.Code = codeSizeLimit
	}
	return nil
}

// outcome turns an error into the result that is sent.
func outcome(r wire.Result, err error) wire.Result {
	if err == nil {
		return r
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		return no.Result
	}
	return wire.Result{Code: codeOperations, Text: "00002020: SvcErr: DSID-03210A6B, problem 5012 (DIR_ERROR), data 0: " + err.Error()}
}

func (ss *session) send(m io.WriterTo) error {
	if err := ss.limit(); err != nil {
		return err
	}
	if _, err := m.WriteTo(ss.conn); err != nil {
		return fmt.Errorf("answering: %w", err)
	}
	return nil
}

// limit keeps a peer that reads nothing from holding the session for ever.
func (ss *session) limit() error {
	if err := ss.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return fmt.Errorf("limiting the time of an answer: %w", err)
	}
	return nil
}

// disconnect tells the peer why the connection ends (RFC 4511, 4.4.1).
func (ss *session) disconnect(why error) {
	// The connection ends either way.
	_ = ss.send(wire.Response{
		Tag: wire.TagExtendedResponse, OID: oidDisconnect,
		Result: wire.Result{Code: codeProtocol, Text: "00000057: LdapErr: DSID-0C0C0120, comment: Error decoding ldap message, data 0: " + why.Error()},
	})
}
