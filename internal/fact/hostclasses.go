package fact

import "strings"

// HostClasses are the service classes that HOST stands for in a forest whose
// sPNMappings are as installed (MS-DRSR 4.1.4.2.19).
func HostClasses() []string {
	return strings.Fields(`alerter appmgmt cisvc clipsrv browser dhcp dnscache replicator eventlog eventsystem
		policyagent oakley dmserver dns mcsvc fax msiserver ias messenger netlogon netman netdde netddedsm nmagent
		plugplay protectedstorage rasman rpclocator rpc rpcss remoteaccess rsvp samss scardsvr scesrv seclogon scm
		dcom cifs spooler snmp schedule tapisrv trksvr trkwks ups time wins www http w3svc iisadmin msdtc`)
}
