package powershell_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// record is what a name server says of a name.
type record struct {
	Chain   []string `json:"chain"`
	Address string   `json:"address"`
	Error   string   `json:"error"`
}

// network is what a described machine is connected to: names with addresses that
// look like those of the internet, and ports of these that lead to real servers
// on loopback.
type network struct {
	dns     map[string]*record
	ports   map[string]string // "203.0.113.1:443" to the port on loopback
	pac     string
	trusted []string // certificates that the machine trusts, DER in base64
}

func newNetwork() *network { return &network{dns: map[string]*record{}, ports: map[string]string{}} }

// host gives a name an address, and a server at one of its ports.
func (n *network) host(name string, port int, server string, chain ...string) {
	r := n.dns[name]
	if r == nil {
		h := fnv.New32a()
		_, _ = h.Write([]byte(name)) // never fails; the same name has the same address on every machine
		r = &record{Address: fmt.Sprintf("203.0.%d.%d", h.Sum32()>>8&0xff, h.Sum32()&0xff), Chain: append([]string{}, chain...)}
		n.dns[name] = r
	}
	key := fmt.Sprintf("%s:%d", r.Address, port)
	if server == "" {
		delete(n.ports, key)
		return
	}
	_, at, _ := net.SplitHostPort(server)
	n.ports[key] = at
}

// table is the network as the library reads it that stands before the system's.
func (n *network) table(t *testing.T, dir string) {
	t.Helper()
	var b strings.Builder
	for name, r := range n.dns {
		if r.Error == "" {
			fmt.Fprintf(&b, "name %s %s\n", name, r.Address)
		}
	}
	for at, port := range n.ports {
		fmt.Fprintf(&b, "port %s %s\n", at, port)
	}
	if n.pac != "" {
		fmt.Fprintf(&b, "pac %s\n", n.pac)
	}
	path := filepath.Join(dir, "network")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (n *network) lookup(_ context.Context, host string) (chain, addresses []string, err error) {
	for name, r := range n.dns {
		if strings.EqualFold(name, host) {
			if r.Error != "" {
				return nil, nil, fmt.Errorf("lookup %s: %s", host, r.Error)
			}
			return r.Chain, []string{r.Address}, nil
		}
	}
	return nil, nil, fmt.Errorf("lookup %s: no such host", host)
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if net.ParseIP(host) == nil {
		_, found, err := n.lookup(ctx, host)
		if err != nil {
			return nil, err
		}
		host = found[0]
	}
	to, ok := n.ports[net.JoinHostPort(host, port)]
	if !ok {
		return nil, fmt.Errorf("dial %s %s: connection refused", kind, address)
	}
	return (&net.Dialer{}).DialContext(ctx, kind, net.JoinHostPort("127.0.0.1", to))
}
