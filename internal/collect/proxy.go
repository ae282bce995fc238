package collect

import (
	"context"
	"fmt"
	"strconv"
	"unicode/utf16"

	"sensegate/internal/fact"
	"sensegate/internal/pasted"
)

const (
	keyWinHTTPProxy = `SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	// keyServiceConnections are those of NETWORK SERVICE, as whom the connector runs.
	keyServiceConnections = `HKU\S-1-5-20\Software\Microsoft\Windows\CurrentVersion\Internet Settings\Connections`
	configLimit           = 1 << 20
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
	p.WinHTTP, p.AutoDetect = pasted.WinHTTPProxy([]byte(settings))
	for _, key := range keysConnector() {
		if p.ForBackend, err = c.Machine.Number(key, "UseDefaultProxyForBackendRequests"); err != nil {
			return "", err
		}
		if p.ForBackend != nil {
			break
		}
	}
	if err := c.discovery(ctx, p); err != nil {
		return "", err
	}
	says := fmt.Sprintf("connector %q, updater %q, WinHTTP %q", mode(p.Connector), mode(p.Updater), p.WinHTTP)
	if p.PAC != "" {
		says += ", discovery finds " + p.PAC
	}
	return says, nil
}

// discovery finds out whether the connector, where nothing is configured, would
// find a proxy: by the name wpad, by DHCP, and whether its account looks at all.
func (c *collector) discovery(ctx context.Context, p *fact.HostProxy) error {
	p.Discovery = c.Net.resolves(ctx, "wpad")
	account, err := c.Machine.Text(keyServiceConnections, "DefaultConnectionSettings")
	if err != nil {
		return err
	}
	if _, on := pasted.WinHTTPProxy([]byte(account)); on {
		p.AutoDetect = true
	}
	// Where it cannot be asked the name alone has to tell.
	if found, err := c.Machine.Discovered(ctx); err == nil {
		p.PAC = pasted.WithoutUser(found)
	}
	return nil
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
	v, err := pasted.ConfigProxy(raw)
	if err != nil {
		return fact.ConfigProxy{}, fmt.Errorf("reading %s: %w", path, err)
	}
	v.File = path
	return v, nil
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
