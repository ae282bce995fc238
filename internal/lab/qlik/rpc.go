package qlik

import (
	"encoding/json"
	"strings"
)

// rpcRequest is one request to the engine's JSON API.
type rpcRequest struct {
	ID     json.RawMessage `json:"id"`
	Handle int             `json:"handle"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Delta  bool            `json:"delta"`
}

// rpcError is an error object of the engine.
type rpcError struct {
	Code      int    `json:"code"`
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
}

// call answers one message.
func (s *Server) call(ses *session, es *engineSession, raw []byte) Entity {
	var q rpcRequest
	if err := json.Unmarshal(raw, &q); err != nil {
		code := rpcError{Code: -32600, Message: "Invalid request"}
		if !json.Valid(raw) {
			code = rpcError{Code: -32700, Message: "Parse error"}
		}
		return Entity{"jsonrpc": "2.0", "id": nil, "error": code}
	}
	out := Entity{"jsonrpc": "2.0"}
	if len(q.ID) > 0 {
		out["id"] = q.ID
	}
	if q.Method == "" {
		out["error"] = rpcError{Code: -32600, Message: "Invalid request"}
		return out
	}
	var result Entity
	var failed *rpcError
	var changed []int
	s.locked(func() {
		if q.Handle == -1 {
			result, changed, failed = s.global(ses, es, q)
			return
		}
		result, failed = s.doc(es, q)
	})
	if failed != nil {
		out["error"] = failed
		return out
	}
	if q.Delta {
		// A client that keeps copies is told what to change in them; the
		// whole value is always a correct answer.
		for k, v := range result {
			result[k] = []Entity{{"op": "add", "path": "/", "value": v}}
		}
		out["delta"] = true
	}
	out["result"] = result
	if len(changed) > 0 {
		out["change"] = changed
	}
	return out
}

// global answers the methods of the Global class. The lock must be held.
func (s *Server) global(ses *session, es *engineSession, q rpcRequest) (result Entity, changed []int, failed *rpcError) {
	switch q.Method {
	case "EngineVersion":
		return Entity{"qVersion": Entity{"qComponentVersion": s.state.Release.Engine}}, nil, nil
	case "ProductVersion":
		return Entity{"qReturn": "4.0.X"}, nil, nil
	case "GetUniqueID":
		return Entity{"qUniqueID": es.id}, nil, nil
	case "IsDesktopMode":
		return Entity{"qReturn": false}, nil, nil
	case "GetAuthenticatedUser":
		return Entity{"qReturn": "UserDirectory=" + ses.directory + "; UserId=" + ses.user}, nil, nil
	case "GetDocList":
		return Entity{"qDocList": s.docList()}, nil, nil
	case "OpenDoc":
		return s.openDoc(es, q)
	case "GetActiveDoc":
		if es.app == "" {
			return nil, nil, &rpcError{Code: 1007, Parameter: "No active document", Message: "App invalid"}
		}
		return Entity{"qReturn": docReference(es.app)}, nil, nil
	}
	return nil, nil, &rpcError{Code: -32601, Message: "Method not found"}
}

func (s *Server) openDoc(es *engineSession, q rpcRequest) (result Entity, changed []int, failed *rpcError) {
	name, ok := parameter(q.Params, 0, "qDocName")
	if !ok {
		return nil, nil, &rpcError{Code: -32602, Parameter: "qDocName", Message: "Invalid params"}
	}
	a := s.state.app(name)
	switch {
	case a == nil:
		return nil, nil, &rpcError{Code: 1003, Parameter: name, Message: "App not found"}
	case es.app != "":
		return nil, nil, &rpcError{Code: 1002, Parameter: es.app, Message: "App already open"}
	}
	es.app = a.ID
	return Entity{"qReturn": docReference(a.ID)}, []int{docHandle}, nil
}

// doc answers the methods of an open app. The lock must be held.
func (s *Server) doc(es *engineSession, q rpcRequest) (Entity, *rpcError) {
	a := s.state.app(es.app)
	if q.Handle != docHandle || a == nil {
		return nil, &rpcError{Code: -32602, Parameter: "handle", Message: "Invalid params"}
	}
	switch q.Method {
	case "GetAppLayout":
		return Entity{"qLayout": Entity{
			"qTitle": a.Name, "qFileName": a.ID, "qHasScript": false, "qHasData": false, "qReadOnly": true,
			"qStateNames": []any{}, "qMeta": Entity{}, "qThumbnail": Entity{},
		}}, nil
	case "GetAppProperties":
		return Entity{"qProp": Entity{"qTitle": a.Name, "qThumbnail": Entity{}}}, nil
	}
	return nil, &rpcError{Code: -32601, Message: "Method not found"}
}

func (s *Server) docList() []Entity {
	docs := make([]Entity, 0, len(s.state.Apps))
	for _, a := range s.state.Apps {
		docs = append(docs, Entity{
			"qDocName": a.Name, "qDocId": a.ID, "qTitle": a.Name, "qConnectedUsers": 0, "qFileTime": 0, "qFileSize": 327680,
			"qLastReloadTime": "2025-01-15T04:00:07.000Z", "qMeta": Entity{"published": false}, "qThumbnail": Entity{},
		})
	}
	return docs
}

func docReference(id string) Entity {
	return Entity{"qType": "Doc", "qHandle": docHandle, "qGenericId": id}
}

// parameter reads one text of the parameters, which come as array or object.
func parameter(raw json.RawMessage, i int, name string) (string, bool) {
	var list []any
	if json.Unmarshal(raw, &list) == nil && i < len(list) {
		s, ok := list[i].(string)
		return s, ok && strings.TrimSpace(s) != ""
	}
	var named map[string]any
	if json.Unmarshal(raw, &named) == nil {
		s, ok := named[name].(string)
		return s, ok && strings.TrimSpace(s) != ""
	}
	return "", false
}
