package connector_test

import (
	"strings"
	"testing"

	"sensegate/checks"
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
	f.Add("conn01\r\nOS 20348 x\r\nNET 528449\r\nWAPCSvc 1.5.4892.0\r\nSENSEGATE-END")
	f.Add("conn01\r\n" + configs(named, "") + "SENSEGATE-WPAD found\r\nSENSEGATE-END")
	f.Add("conn01\r\n" + endpoints() + "SENSEGATE-END")
	f.Add("conn01\r\nname: " + entraLog + "\r\n" + event("1000", "x") + "SENSEGATE-END")
	f.Add("conn01\r\nBACKEND sense.contoso.test:443 None CN=x\r\nSENSEGATE-END")
	f.Add("conn01\r\n" + psServices("Running", "LocalSystem") + "SENSEGATE-END")
	f.Add("conn01\r\nStatus = 0 0x0 NERR_Success\r\n12:00:00, +00.5s\r\nSENSEGATE-END")
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
