package kerberos

import (
	"strings"
	"time"

	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/types"

	"sensegate/internal/fact"
	"sensegate/internal/netprobe"
)

// ticket is a ticket with its session key: what a client needs to use it.
type ticket struct {
	raw    messages.Ticket
	key    types.EncryptionKey
	client types.PrincipalName
	crealm string
	flags  []byte
	until  time.Time
}

func (t ticket) forwardable() bool { return hasFlag(t.flags, 1) }

// describe is the ticket as the checks see it.
func (t ticket) describe() *fact.Ticket {
	return &fact.Ticket{
		Client:     netprobe.Clean(strings.Join(t.client.NameString, "/") + "@" + t.crealm),
		Server:     netprobe.Clean(strings.Join(t.raw.SName.NameString, "/")),
		Realm:      netprobe.Clean(t.raw.Realm),
		EType:      int(t.raw.EncPart.EType),
		ETypeName:  ETypeName(int(t.raw.EncPart.EType)),
		KeyVersion: t.raw.EncPart.KVNO,
		Flags:      flagNames(t.flags),
		Until:      t.until,
	}
}

// service splits an SPN into its name and, where it has one, its realm.
func service(spn string) (types.PrincipalName, string) {
	spn, realm, _ := strings.Cut(spn, "@")
	parts := strings.Split(spn, "/")
	kind := nametype.KRB_NT_SRV_INST
	if len(parts) == 1 {
		kind = nametype.KRB_NT_PRINCIPAL
	}
	return types.PrincipalName{NameType: kind, NameString: parts}, strings.ToUpper(realm)
}

func krbtgt(realm string) types.PrincipalName {
	return types.PrincipalName{NameType: nametype.KRB_NT_SRV_INST, NameString: []string{"krbtgt", realm}}
}

// sameName compares principals as a KDC of Windows does.
func sameName(a, b types.PrincipalName) bool {
	if len(a.NameString) != len(b.NameString) {
		return false
	}
	for i := range a.NameString {
		if !strings.EqualFold(a.NameString[i], b.NameString[i]) {
			return false
		}
	}
	return true
}
