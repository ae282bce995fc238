package steps

import "sensegate/checks"

// again is the instruction before it, done in another place.
func again(who checks.Role, where checks.Shell, command string) Instruction {
	do := map[checks.Shell]string{checks.PowerShell: inPowerShell, checks.Portal: byClicking, checks.Cmd: atAPrompt}[where]
	if who == checks.QlikAdmin && where == checks.PowerShell {
		do = inQlikCli
	}
	return Instruction{Who: who, Where: where, Do: do, Command: command}
}

// asRemedy is the instruction before it as the other way of a cause has it: what
// mends the cause is what is to be done here.
func asRemedy(ways map[checks.CauseID]checks.Fix, cause checks.CauseID) Instruction {
	f := ways[cause]
	return Instruction{Who: f.Who, Where: f.Shell, Do: f.Text, Command: f.Command}
}
