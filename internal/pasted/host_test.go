package pasted_test

import (
	"strings"
	"testing"

	"sensegate/internal/pasted"
)

func FuzzHost(f *testing.F) {
	f.Add("CONN01\nSERVICE_NAME: WAPCSvc\n TYPE : 10 WIN32_OWN_PROCESS\n STATE : 4 RUNNING\nSENSEGATE-END")
	f.Add("conn01\nHKEY_LOCAL_MACHINE\\A\n  B  REG_DWORD  0x1\nSENSEGATE-END")
	f.Add("conn01\nStatus = 0 0x0 NERR_Success\n12:00:00, +00.5s\nSENSEGATE-END")
	f.Fuzz(func(t *testing.T, text string) {
		frame, err := pasted.Framed(text, "conn01.contoso.test")
		if err != nil {
			return
		}
		for _, l := range frame.Lines {
			if strings.ContainsAny(l, "\x1b\r\n\x00") {
				t.Errorf("control characters came through: %q", l)
			}
		}
		list, _, err := pasted.Services(frame, "WAPCSvc")
		if err == nil && len(list) > 0 && list[0].State == "" {
			t.Errorf("a service without a state: %+v", list)
		}
		if r, err := pasted.Keys(frame); err == nil {
			_ = r.Number("A", "B")
		}
		_, _, _ = pasted.Channel(frame)
		_, _, _ = pasted.Offset(frame)
	})
}
