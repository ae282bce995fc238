package powershell_test

import "testing"

func TestTheScript(t *testing.T) {
	e, s := newEvaluator(t), startServers(t)
	t.Run("healthy", func(t *testing.T) {
		script, program := bothWays(t, e, healthy(s))
		alike(t, script, program)
	})
}
