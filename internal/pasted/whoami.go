package pasted

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sensegate/internal/fact"
)

var (
	whoShape   = regexp.MustCompile(`^"([^"]+)","(S-1-5-21-[0-9-]+)"$`)
	groupShape = regexp.MustCompile(`^"[^"]*","[^"]*","(S-1-[0-9-]+)","[^"]*"$`)
	flagsShape = regexp.MustCompile(`^UAC (\d{1,10})$`)
)

var quotes = strings.NewReplacer("\u201c", `"`, "\u201d", `"`, "\u201e", `"`, "\u00ab", `"`, "\u00bb", `"`)

// protectedUsers is the last part of the SID of that group, in every domain.
const protectedUsers = "-525"

// authenticated is the SID of everybody who has signed in: without it the list
// of groups is not whole.
const authenticated = "S-1-5-11"

// WhoAmI reads what whoami prints of somebody and of the groups, with the flags
// of the account: the names are in the language of Windows, the SIDs in none.
// sam and domain are who has to have run it.
func WhoAmI(a Answer, sam, domain string) (fact.Account, []string, error) {
	var out fact.Account
	var lines []string
	if _, in, _ := strings.Cut(a.Question, " in "); !strings.EqualFold(in, domain) {
		return out, nil, fmt.Errorf("it is of somebody of the domain %s, and %s was asked: run it signed in as %s of that domain", in, domain, sam)
	}
	found, flags := map[string]bool{}, false
	for _, raw := range a.Lines {
		// Mail programs make quotation marks typographic.
		line := quotes.Replace(strings.TrimSpace(raw))
		switch who, group, uac := whoShape.FindStringSubmatch(line), groupShape.FindStringSubmatch(line), flagsShape.FindStringSubmatch(line); {
		case who != nil:
			_, name, _ := strings.Cut(who[1], `\`)
			if !strings.EqualFold(name, sam) {
				return out, nil, fmt.Errorf("it is of %s, and %s was asked: run it signed in as that user", who[1], sam)
			}
			out.SAM, out.SID = name, who[2]
			lines = append(lines, line)
		case group != nil:
			found[group[1]] = true
			out.Groups = append(out.Groups, group[1])
			if strings.HasPrefix(group[1], "S-1-5-21-") && strings.HasSuffix(group[1], protectedUsers) {
				out.ProtectedUser = true
				lines = append(lines, line)
			}
		case uac != nil:
			n, err := strconv.ParseUint(uac[1], 10, 32)
			if err != nil {
				return out, nil, fmt.Errorf("the flags of the account are %s, which is no such number", uac[1])
			}
			out.UAC, flags = uint32(n), true
			lines = append(lines, line)
		}
	}
	switch {
	case out.SID == "":
		return out, nil, errors.New("it does not hold the user: whoami /user prints a name and a SID")
	case !found[authenticated]:
		return out, nil, errors.New("the list of groups is not whole: " + authenticated + ", which everybody is in, is missing")
	case !flags:
		return out, nil, errors.New("it does not hold the flags of the account, such as: UAC 66048")
	}
	return out, lines, nil
}
