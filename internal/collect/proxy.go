package collect

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"sensegate/internal/fact"
)

const (
	keyWinHTTPProxy = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	configLimit     = 1 << 20
)

func proxy(ctx context.Context, c *collector) (string, error) {
	if c.connector.Program == "" {
		return "", errNothing
	}
	var err error
	p := &c.e.Proxy
	if p.Connector, err = c.config(c.connector.Program + ".config"); err != nil {
		return "", err
	}
	if p.Updater, err = c.config(c.updater.Program + ".config"); err != nil {
		return "", err
	}
	if p.Machine, err = c.config(c.Machine.Folder("SystemRoot") + `\Microsoft.NET\Framework64\v4.0.30319\Config\machine.config`); err != nil {
		return "", err
	}
	settings, err := c.Machine.Text(keyWinHTTPProxy, "WinHttpSettings")
	if err != nil {
		return "", err
	}
	p.WinHTTP = winHTTPProxy([]byte(settings))
	for _, key := range keysConnector() {
		if p.ForBackend, err = c.Machine.Number(key, "UseDefaultProxyForBackendRequests"); err != nil {
			return "", err
		}
		if p.ForBackend != nil {
			break
		}
	}
	p.Discovery = c.Net.resolves(ctx, "wpad")
	return fmt.Sprintf("connector %q, updater %q, WinHTTP %q", mode(p.Connector), mode(p.Updater), p.WinHTTP), nil
}

func mode(c fact.ConfigProxy) string {
	if c.Mode == fact.ProxyNamed {
		return c.Address
	}
	return c.Mode
}

// config reads what a .config file says of the proxy; a file that is not there
// says nothing.
func (c *collector) config(path string) (fact.ConfigProxy, error) {
	raw, _, err := c.Machine.Read(path, configLimit)
	if isAbsent(err) {
		return fact.ConfigProxy{}, nil
	}
	if err != nil {
		return fact.ConfigProxy{}, fmt.Errorf("reading %s: %w", path, err)
	}
	v, err := parseConfig(raw)
	if err != nil {
		return fact.ConfigProxy{}, fmt.Errorf("reading %s: %w", path, err)
	}
	v.File = path
	return v, nil
}

// parseConfig finds system.net/defaultProxy in a .NET configuration file.
func parseConfig(raw []byte) (fact.ConfigProxy, error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	d.Strict = false
	var doc struct {
		Net struct {
			Proxies []struct {
				Enabled string `xml:"enabled,attr"`
				Proxy   struct {
					Address       string `xml:"proxyaddress,attr"`
					SystemDefault string `xml:"usesystemdefault,attr"`
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
			out = fact.ConfigProxy{Mode: fact.ProxyNamed, Address: withoutUser(p.Proxy.Address)}
		}
	}
	return out, nil
}

// withoutUser takes a name and password out of an address: no secret leaves
// the machine.
func withoutUser(address string) string {
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

// winHTTPProxy reads the binary value that `netsh winhttp set proxy` writes:
// version, counter, flags (2 means a proxy), length and text of the proxy.
func winHTTPProxy(b []byte) string {
	if len(b) < 16 || b[8]&2 == 0 {
		return ""
	}
	n := int(b[12]) | int(b[13])<<8
	if len(b) < 16+n {
		return ""
	}
	return withoutUser(strings.Trim(string(b[16:16+n]), "\x00"))
}

// number reads a port that may be missing.
func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

// utf16Text reads a text of two bytes a character, as Windows keeps it.
func utf16Text(b []byte) string {
	u := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		u = append(u, uint16(b[i])|uint16(b[i+1])<<8)
	}
	return string(utf16.Decode(u))
}
