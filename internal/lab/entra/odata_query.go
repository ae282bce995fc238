package entra

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// shape says how objects of one type are shown.
type shape struct {
	typ string // microsoft.graph.…
	set string // as @odata.context names it
	// shown are the properties without $select; all but hidden when nil.
	shown, hidden []string
}

// options are the query options of one request.
type options struct {
	filter predicate
	sel    []string
	top    int
	skip   int
	count  bool
}

// options reads the query; names may lack their dollar sign, as in Graph.
func (c *call) options(list bool) (options, *graphError) {
	var o options
	for key, values := range c.query {
		value := values[0]
		name := strings.ToLower(strings.TrimPrefix(key, "$"))
		if !list && name != "select" && strings.HasPrefix(key, "$") {
			return o, badRequest("The query option '%s' is not allowed on a single object.", key)
		}
		switch name {
		case "select":
			for p := range strings.SplitSeq(value, ",") {
				o.sel = append(o.sel, strings.TrimSpace(p))
			}
		case "filter":
			pred, err := parseFilter(value)
			if err != nil {
				return o, refused(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v.", err)
			}
			o.filter = pred
		case "top":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 || n > 999 {
				return o, refused(http.StatusBadRequest, "BadRequest", "Invalid value '%s' for $top query option found. The $top query option requires an integer from 1 to 999.", value)
			}
			o.top = n
		case "skiptoken":
			n, err := readSkipToken(value)
			if err != nil {
				return o, refused(http.StatusBadRequest, "Directory_ExpiredPageToken", "The specified page token value has expired or is invalid.")
			}
			o.skip = n
		case "count":
			o.count = strings.EqualFold(value, "true")
		default:
			if strings.HasPrefix(key, "$") {
				return o, unsupportedQuery("The query option '%s' is not supported here.", key)
			}
		}
	}
	return o, nil
}

// one shows a single object.
func (c *call) one(sh shape, r record) (reply, *graphError) {
	o, ge := c.options(false)
	if ge != nil {
		return reply{}, ge
	}
	out, ge := sh.show(r, o.sel)
	if ge != nil {
		return reply{}, ge
	}
	out["@odata.context"] = c.context(sh, o.sel) + "/$entity"
	return ok(out)
}

// list shows a collection, filtered and a page at a time. The query is judged
// on blank first, an object without values: a wrong one is refused even when
// the collection is empty.
func (c *call) list(sh shape, blank record, all []record) (reply, *graphError) {
	o, ge := c.options(true)
	if ge != nil {
		return reply{}, ge
	}
	if _, ge := sh.show(blank, o.sel); ge != nil {
		return reply{}, ge
	}
	if _, err := o.hits([]record{blank}); err != nil {
		return reply{}, refused(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v on type '%s'.", err, sh.typ)
	}
	hits, err := o.hits(all)
	if err != nil {
		return reply{}, refused(http.StatusBadRequest, "BadRequest", "Invalid filter clause: %v on type '%s'.", err, sh.typ)
	}
	size := o.top
	if size == 0 {
		size = max(c.st.PageSize, 1)
	}
	first := min(o.skip, len(hits))
	last := min(first+size, len(hits))
	value := []record{}
	for _, r := range hits[first:last] {
		out, ge := sh.show(r, o.sel)
		if ge != nil {
			return reply{}, ge
		}
		value = append(value, out)
	}
	body := record{"@odata.context": c.context(sh, o.sel), "value": value}
	if o.count && strings.EqualFold(c.header.Get("ConsistencyLevel"), "eventual") {
		body["@odata.count"] = len(hits)
	}
	if last < len(hits) {
		body["@odata.nextLink"] = c.nextLink(last)
	}
	return ok(body)
}

// hits are the objects the filter lets through.
func (o options) hits(all []record) ([]record, error) {
	if o.filter == nil {
		return all, nil
	}
	var out []record
	for _, r := range all {
		hit, err := o.filter(r)
		if err != nil {
			return nil, err
		}
		if hit {
			out = append(out, r)
		}
	}
	return out, nil
}

// show picks the wanted properties of r.
func (sh shape) show(r record, sel []string) (record, *graphError) {
	out := record{}
	if len(sel) > 0 && !slices.Contains(sel, "*") {
		// Among objects of several types each says which it is.
		if t, told := r["@odata.type"]; told && sh.typ == "microsoft.graph.directoryObject" {
			out["@odata.type"] = t
		}
		for _, p := range sel {
			v, known := r[p]
			if !known {
				return nil, refused(http.StatusBadRequest, "BadRequest",
					"Parsing OData Select and Expand failed: Could not find a property named '%s' on type '%s'.", p, sh.typ)
			}
			out[p] = v
		}
		return out, nil
	}
	for k, v := range r {
		if (sh.shown == nil || slices.Contains(sh.shown, k)) && !slices.Contains(sh.hidden, k) {
			out[k] = v
		}
	}
	return out, nil
}

func (c *call) context(sh shape, sel []string) string {
	s := graphAudience + "/" + c.version + "/$metadata#" + sh.set
	if len(sel) > 0 {
		s += "(" + strings.Join(sel, ",") + ")"
	}
	return s
}

func (c *call) nextLink(skip int) string {
	q := url.Values{}
	for k, v := range c.query {
		if !strings.EqualFold(strings.TrimPrefix(k, "$"), "skiptoken") {
			q[k] = v
		}
	}
	q.Set("$skiptoken", base64.RawURLEncoding.EncodeToString([]byte("page:"+strconv.Itoa(skip))))
	return graphAudience + "/" + c.version + "/" + c.path + "?" + strings.ReplaceAll(q.Encode(), "%24", "$")
}

func readSkipToken(value string) (int, error) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return 0, fmt.Errorf("decoding $skiptoken: %w", err)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(string(raw), "page:"))
	if err == nil && n < 0 {
		err = strconv.ErrRange
	}
	return n, err
}

// texts is a collection of strings that is shown as [] and never as null.
func texts(s []string) []string {
	if s == nil {
		return []string{}
	}
	return slices.Clone(s)
}

// orNull is nil for an empty string.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
