package collect

import (
	"context"
	"fmt"
	"path"
	"strconv"
	"strings"
)

func connector(_ context.Context, c *collector) (string, error) {
	if c.connector.Program == "" {
		return "", c.absent()
	}
	v, err := c.Machine.Version(c.connector.Program)
	if err != nil {
		return "", fmt.Errorf("reading the version of %s: %w", c.connector.Program, err)
	}
	c.e.Version = v
	says := v
	files, err := c.Machine.List(folderOf(c.connector.Program))
	for _, f := range files {
		if name := strings.ToLower(baseOf(f.Path)); err == nil && strings.Contains(name, "connectordiagnosticstool") && strings.HasSuffix(name, ".exe") {
			c.e.Diagnostics = f.Path
			says = v + ", diagnostics tool: " + f.Path
		}
	}
	return says, nil
}

func system(_ context.Context, c *collector) (string, error) {
	name, err := c.Machine.Text(keyWindows, "ProductName")
	if err != nil {
		return "", err
	}
	build, err := c.Machine.Text(keyWindows, "CurrentBuildNumber")
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSpace(build))
	if err != nil {
		return "", fmt.Errorf("CurrentBuildNumber is %q, which is no number", build)
	}
	if rest, ten := strings.CutPrefix(name, "Windows 10"); ten && n >= windows11 {
		name = "Windows 11" + rest // ProductName was left as it was
	}
	c.e.OSName, c.e.OSBuild = name, n
	return fmt.Sprintf("%s, build %d", name, n), nil
}

// windows11 is the first build of Windows 11.
const windows11 = 22000

func dotnet(_ context.Context, c *collector) (string, error) {
	v, err := c.Machine.Number(keyDotNet, "Release")
	if err != nil {
		return "", err
	}
	if v == nil {
		// Absent since before 4.5: as old as it can be.
		c.e.DotNet = 1
		return "older than 4.5", nil
	}
	c.e.DotNet = *v
	return "release " + strconv.Itoa(*v), nil
}

func tls12(_ context.Context, c *collector) (string, error) {
	var v [6]*int
	for i, at := range [][2]string{
		{keyTLS12, "Enabled"},
		{keyTLS12, "DisabledByDefault"},
		{keyNetTLS, "SchUseStrongCrypto"},
		{keyNetTLS, "SystemDefaultTlsVersions"},
		{keyTLS12Server, "Enabled"},
		{keyTLS12Server, "DisabledByDefault"},
	} {
		var err error
		if v[i], err = c.Machine.Number(at[0], at[1]); err != nil {
			return "", err
		}
	}
	switch {
	case v[0] != nil && *v[0] == 0, v[1] != nil && *v[1] != 0:
		c.e.TLS12Client = 0
	case v[0] != nil || v[1] != nil:
		c.e.TLS12Client = 1
	}
	c.e.StrongCrypto, c.e.SystemTLS = v[2], v[3]
	c.e.TLS12ServerOff = v[4] != nil && *v[4] == 0 || v[5] != nil && *v[5] != 0
	return [...]string{"no value, the system's default", "switched off", "switched on"}[c.e.TLS12Client+1], nil
}

func http2(_ context.Context, c *collector) (string, error) {
	v, err := c.Machine.Number(keyWinHTTP, "EnableDefaultHTTP2")
	if err != nil {
		return "", err
	}
	c.e.HTTP2 = orAbsent(v)
	return "EnableDefaultHTTP2 " + shown(v), nil
}

func spnego(_ context.Context, c *collector) (string, error) {
	if c.connector.Program == "" {
		return "", c.absent()
	}
	for _, key := range c.productKeys() {
		v, err := c.Machine.Number(key, "UseSpnegoAuthentication")
		if err != nil {
			return "", err
		}
		if v != nil {
			c.e.SPNEGO = *v
			return "UseSpnegoAuthentication " + shown(v), nil
		}
	}
	return "UseSpnegoAuthentication is not set", nil
}

// productKeys are the registry keys that the installed connector reads: those of
// the product's other name are left from before. The folder of its program tells
// which; both count where it was put elsewhere.
func (c *collector) productKeys() []string {
	for _, key := range keysConnector() {
		if strings.Contains(strings.ToLower(c.connector.Program), strings.ToLower(baseOf(key))) {
			return []string{key}
		}
	}
	return keysConnector()
}

func domain(ctx context.Context, c *collector) (string, error) {
	name, joined, err := c.Machine.Domain()
	if err != nil {
		return "", err
	}
	c.e.Domain, c.e.DomainJoined = name, joined
	if !joined {
		return "not in a domain", nil
	}
	c.domain = name
	if c.e.SecureOK, err = c.Machine.Channel(ctx, name); err != nil {
		return "", fmt.Errorf("asking for the secure channel to %s: %w", name, err)
	}
	if !c.e.SecureOK {
		return name + ", its secure channel is broken", nil
	}
	return name + ", secure channel sound", nil
}

func orAbsent(v *int) int {
	if v == nil {
		return -1
	}
	return *v
}

func shown(v *int) string {
	if v == nil {
		return "is not set"
	}
	return "is " + strconv.Itoa(*v)
}

// folderOf and baseOf split a path of Windows on any system.
func folderOf(p string) string { return strings.ReplaceAll(path.Dir(slashed(p)), "/", `\`) }

func baseOf(p string) string { return path.Base(slashed(p)) }

func slashed(p string) string { return strings.ReplaceAll(p, `\`, "/") }
