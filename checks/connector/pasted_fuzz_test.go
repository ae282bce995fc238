package connector_test

import (
	"strings"
	"testing"

	"sensegate/checks"
	"sensegate/checks/checkstest"
	"sensegate/checks/connector"
)

// FuzzPastes gives any text to every proof of the room: it is judged or
// refused with words, never anything else, and nothing that could move a
// terminal comes through in the lines that convinced. Fuzz it with
// -fuzzminimizetime 10x: the caches of regexp make coverage vary from run to
// run, and the engine would spend its time on making every input smaller.
func FuzzPastes(f *testing.F) {
	f.Add(english)
	f.Add(german)
	add := func(body string) { f.Add(printed("conn01", body)) }
	add("OS 20348 x\r\nNET 528449\r\nWAPCSvc 1.5.4892.0\r\n")
	add(checkstest.Answered("netsh.exe winhttp show proxy", "x : proxy:80\r\n") + configs(named, "") + "SENSEGATE-WPAD found\r\n")
	add(endpoints())
	add(checkstest.Answered("wevtutil gl "+entraLog, "name: "+entraLog) + checkstest.Answered("wevtutil qe "+entraLog, event("1000", "x")))
	add("BACKEND sense.contoso.test:443 None CN=x\r\n")
	add(psServices("Running", "LocalSystem"))
	add(checkstest.Answered("nltest /sc_query:contoso.test", "Status = 0 0x0 NERR_Success") + checkstest.Answered("w32tm /stripchart /computer:contoso.test /samples:1 /dataonly", "12:00:00, +00.5s"))
	list := connector.HostChecks(nothing{})
	_, env := proofOf(f, "connector.services")
	env.Site.Publish.InternalURL = "https://sense.contoso.test/"
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range list {
			if c.Proof == nil {
				continue
			}
			r, err := c.Proof.Judge(t.Context(), env, []string{text})
			if err != nil {
				if err.Error() == "" {
					t.Errorf("%s refuses without a reason", c.ID)
				}
				continue
			}
			if r.Status == checks.Pending || r.Status == checks.Crashed {
				t.Errorf("%s is %s", c.ID, r.Status)
			}
			if strings.ContainsAny(convinced(r), "\x1b\r\x00") {
				t.Errorf("%s shows control characters: %q", c.ID, convinced(r))
			}
		}
	})
}
