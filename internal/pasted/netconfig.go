package pasted

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"sensegate/internal/fact"
)

// ConfigProxy finds system.net/defaultProxy in a .NET configuration file: what
// it says of the way out, without a name and password in the address.
func ConfigProxy(raw []byte) (fact.ConfigProxy, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	var doc struct {
		Net struct {
			Proxies []struct {
				Enabled string `xml:"enabled,attr"`
				Proxy   struct {
					Address string `xml:"proxyaddress,attr"`
				} `xml:"proxy"`
			} `xml:"defaultProxy"`
		} `xml:"system.net"`
	}
	if err := d.Decode(&doc); err != nil {
		return fact.ConfigProxy{}, fmt.Errorf("it is no XML: %w", err)
	}
	var out fact.ConfigProxy
	for _, p := range doc.Net.Proxies {
		switch {
		case strings.EqualFold(p.Enabled, "false"):
			out = fact.ConfigProxy{Mode: fact.ProxyOff}
		case p.Proxy.Address != "":
			out = fact.ConfigProxy{Mode: fact.ProxyNamed, Address: WithoutUser(p.Proxy.Address)}
		}
	}
	return out, nil
}

// WithoutUser takes a name and password out of an address: no secret leaves
// the machine.
func WithoutUser(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		scheme, rest = "", address
	}
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		rest = rest[i+1:]
	}
	if ok {
		return scheme + "://" + rest
	}
	return rest
}

// The flags in a value that holds connection settings, as netsh winhttp and the
// Internet options write them: whether a proxy is named, and whether one is
// looked for (WPAD).
const (
	connectionProxy    = 2
	connectionDiscover = 8
)

// WinHTTPProxy reads the binary value WinHttpSettings: version, counter, flags,
// length and text of the proxy. Discover says that automatic detection is on.
func WinHTTPProxy(b []byte) (proxy string, discover bool) {
	if len(b) < 12 {
		return "", false
	}
	discover = b[8]&connectionDiscover != 0
	if len(b) < 16 || b[8]&connectionProxy == 0 {
		return "", discover
	}
	n := int(b[12]) | int(b[13])<<8
	if len(b) < 16+n {
		return "", discover
	}
	return WithoutUser(strings.Trim(string(b[16:16+n]), "\x00")), discover
}
