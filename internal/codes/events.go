package codes

import "slices"

// events are those of the connector's logs.
func events() []Code {
	const channel = "connector event, Admin channel"
	list := []Code{
		{Code: "12008", Name: channel, Means: "Too many Kerberos attempts at the back end: Qlik refuses the ticket.", Do: "Compare the owner of the service name with the account that runs the Qlik proxy, and the clocks.", Cause: "kerberos.refused"},
		{Code: "12027", Name: channel, Means: "An unexpected error while processing the request; comes together with 13019. \"Not a properly formed account name\" in it means the delegated login identity.", Do: "Look the code in its text up: sensegate explain 0x8009030e", Cause: "delegation.proxy-refused"},
		{Code: "13016", Name: channel, Means: "The token holds no user name: an application's own token, or a mapping without value.", Cause: "sso.mapping-wrong"},
		{Code: "13019", Name: channel, Means: "No ticket on behalf of the user: delegation, service name, clock or trust.", Do: "Look the code in its text up: sensegate explain 0x8009030e", Cause: "delegation.proxy-refused"},
		{Code: "13020", Name: channel, Means: "No ticket, because the service name is not defined.", Cause: "spn.missing"},
		{Code: "13022", Name: channel, Means: "Qlik answered 401 to the ticket.", Do: "Compare the owner of the service name with the account that runs the Qlik proxy.", Cause: "kerberos.refused"},
		{Code: "24029", Name: "connector event, Session channel", Means: "Shows the name that was used for the user. The channel is off until somebody enables it.", Cause: "sso.mapping-wrong"},
		{Code: "1000", Name: channel, Means: "The connector's trust certificate has expired.", Do: "Register the connector again.", Cause: "connector.certificate-expired"},
	}
	return slices.Concat(list, shared(), untold(), keyEvents())
}

// untold are events that are seen and documented nowhere.
func untold() []Code {
	var out []Code
	for _, id := range []string{"24028", "32005", "32008"} {
		out = append(out, Code{
			Code: id, Name: "connector event, documented nowhere", Means: "No public document tells what it means.", Do: "Read the event's own text; look for 13019 or 13022 at the same time.",
		})
	}
	return out
}

// keyEvents are those of a domain controller's System log about the end of RC4.
func keyEvents() []Code {
	var out []Code
	for _, id := range []string{"201", "202", "203", "204", "205", "206", "207", "208", "209"} {
		c := Code{
			Code: id, Name: "KDCSVC event, System log of a domain controller", Cause: "spn.no-aes",
			Means: "A ticket was asked for, or refused, that only RC4 could make: the account in it has no AES keys or does not allow AES.", Do: "Allow AES for the account that runs Qlik, and set its password again.",
		}
		if id == "205" {
			c.Means = "The domain controller is told to allow weak encryption to accounts that name none (DefaultDomainSupportedEncTypes)."
		}
		out = append(out, c)
	}
	return out
}

// shared are events that Windows' Web Application Proxy documents. The
// connector counts its events as that does; no document says that these mean
// the same, so they are told as such.
func shared() []Code {
	var out []Code
	for _, e := range [][2]string{
		{"11005", "the key for cookies could not be made or read"},
		{"12000", "no configuration was got for an hour"},
		{"12003", "a bad access cookie"},
		{"12004", "a bad access cookie"},
		{"12011", "a bad access cookie"},
		{"12019", "a listener could not be opened"},
		{"12020", "an address could not be reserved"},
		{"13001", "the back end's certificate is not trusted"},
		{"13006", "the back end was not reached; its text holds a code of WinHTTP"},
		{"13007", "the back end answered too late"},
		{"13012", "a bad token"},
		{"13014", "a bad token"},
		{"13028", "a token that is not valid yet: a clock"},
		{"13013", "an expired token: a clock"},
		{"13015", "an expired cookie: a clock"},
		{"13025", "a client certificate was refused"},
		{"13026", "a client certificate was refused"},
		{"13030", "a client certificate was refused"},
		{"13031", "a client certificate was refused"},
		{"13032", "a client certificate was refused"},
		{"13033", "a client certificate was refused"},
		{"13034", "a client certificate was refused"},
	} {
		out = append(out, Code{
			Code: e[0], Name: "connector event, by its number in Web Application Proxy",
			Means: "In Web Application Proxy, whose numbers the connector shares: " + e[1] + ". Not confirmed for the connector.", Do: "Read the event's own text.",
		})
	}
	return out
}
