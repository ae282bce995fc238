package directory

import (
	"encoding/binary"
	"hash/fnv"

	"sensegate/internal/lab/directory/wire"
)

// Controls by OID.
const (
	controlPaging       = "1.2.840.113556.1.4.319"
	controlSDFlags      = "1.2.840.113556.1.4.801"
	controlDomainScope  = "1.2.840.113556.1.4.1339"
	controlPermissive   = "1.2.840.113556.1.4.1413"
	controlShowDeleted  = "1.2.840.113556.1.4.417"
	controlLazyCommit   = "1.2.840.113556.1.4.619"
	controlSearchOption = "1.2.840.113556.1.4.1340"
	controlManageDsaIT  = "2.16.840.1.113730.3.4.2"
)

func knownControls() []string {
	return []string{
		controlPaging, controlSDFlags, controlDomainScope, controlPermissive, controlShowDeleted,
		controlLazyCommit, controlSearchOption,
	}
}

// asked is what the controls of a request come to.
type asked struct {
	paging      *wire.Paging
	domainScope bool
	permissive  bool
}

// readControls refuses what is critical and unknown; what only tunes answers
// the lab does not vary is accepted and has no effect.
func readControls(list []wire.Control) (asked, error) {
	var out asked
	for _, c := range list {
		switch c.OID {
		case controlPaging:
			p, err := wire.ParsePaging(c.Value)
			if err != nil {
				return asked{}, badControl()
			}
			out.paging = &p
		case controlDomainScope:
			out.domainScope = true
		case controlPermissive:
			out.permissive = true
		case controlSDFlags, controlShowDeleted, controlLazyCommit, controlSearchOption, controlManageDsaIT:
		default:
			if c.Critical {
				return asked{}, badControl()
			}
		}
	}
	return out, nil
}

// cookie says where the next page of a search begins. It is bound to the search
// it came from.
func cookie(last int64, of uint64) []byte {
	out := binary.BigEndian.AppendUint64(nil, uint64(last))
	return binary.BigEndian.AppendUint64(out, of)
}

func readCookie(raw []byte, of uint64) (int64, error) {
	if len(raw) == 0 {
		return 0, nil
	}
	if len(raw) != 16 || binary.BigEndian.Uint64(raw[8:]) != of {
		return 0, badControl()
	}
	return int64(binary.BigEndian.Uint64(raw)), nil
}

func fingerprint(req wire.SearchRequest, base string) uint64 {
	h := fnv.New64a()
	// Writing to a hash cannot go wrong.
	_, _ = h.Write([]byte(base))
	_, _ = h.Write([]byte{0, byte(req.Scope)})
	_, _ = h.Write(req.RawFilter)
	return h.Sum64()
}
