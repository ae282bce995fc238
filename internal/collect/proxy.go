package collect

import (
	"context"
	"fmt"
	"strconv"

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
		return "", c.absent()
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
	for _, key := range c.productKeys() {
		if p.ForBackend, err = c.Machine.Number(key, "UseDefaultProxyForBackendRequests"); err != nil {
			return "", err
		}
		if p.ForBackend != nil {
			break
		}
	}
	c.discovery(ctx, p)
	says := fmt.Sprintf("connector %q, updater %q, WinHTTP %q", mode(p.Connector), mode(p.Updater), p.WinHTTP)
	if p.PAC != "" {
		says += ", discovery finds " + p.PAC
	}
	return says, nil
}

// discovery finds out whether the connector, where nothing is configured, would
// find a proxy: by the name wpad, by DHCP, and whether its account looks at all.
func (c *collector) discovery(ctx context.Context, p *fact.HostProxy) {
	p.Discovery = c.Net.resolves(ctx, "wpad")
	// Only administrators may read another account's settings; that it looks for
	// a proxy is the default.
	if account, err := c.Machine.Text(keyServiceConnections, "DefaultConnectionSettings"); err == nil {
		if _, on := pasted.WinHTTPProxy([]byte(account)); on {
			p.AutoDetect = true
		}
	}
	// Where it cannot be asked the name alone has to tell.
	if found, err := c.Machine.Discovered(ctx); err == nil {
		p.PAC = pasted.WithoutUser(found)
	}
}

// wayOut is the proxy that the connector goes out by; empty where none is named.
// What its own file does not say, the machine's does.
func (c *collector) wayOut() string {
	p := c.e.Proxy.Connector
	if p.Mode == fact.ProxyUnsaid {
		p = c.e.Proxy.Machine
	}
	if p.Mode == fact.ProxyNamed {
		return p.Address
	}
	return ""
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
