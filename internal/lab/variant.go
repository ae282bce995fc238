package lab

import (
	"fmt"
	"slices"

	"sensegate/internal/lab/contoso"
	"sensegate/internal/lab/qlik"
	"sensegate/internal/site"
)

// Variant is a different but correct installation: set up, it must be found
// healthy.
type Variant struct {
	ID    string
	Title string
	// Note is for a trainer: where such an installation is met.
	Note string
}

// UnknownVariantError says that there is no variant of that name.
type UnknownVariantError struct {
	ID      string
	Nearest []string
}

// Error names the variant that was asked for and those it may have meant.
func (e *UnknownVariantError) Error() string {
	return unknown("variant", e.ID, e.Nearest)
}

// Variants lists every variant.
func Variants() []Variant {
	all := variations()
	out := make([]Variant, 0, len(all))
	for _, v := range all {
		out = append(out, v.Variant)
	}
	return out
}

// variation is a variant with what makes it. Every part may be nil.
type variation struct {
	Variant
	// form changes names and addresses, before anything is built.
	form func(*form)
	// build changes the systems once they are built, before they are set up.
	build func(*Lab) error
	// setUp completes what SetUp does.
	setUp func(*Lab) error
	// site changes what its administrator would have written down.
	site func(*Lab, *site.Site)
}

// form is what the names and addresses of an installation depend on.
type form struct {
	externalURL, internalURL string
	prefix                   string   // of the published virtual proxy
	nodes                    []string // proxy nodes besides the central one
	allow                    []string // entries of the host allow list
	companyCA                bool     // the front's certificate comes from an authority of its own
	secondApp                bool     // the release signs in on a second port
	verifier                 string   // who signs in for the verification; empty is the test user
}

func newForm() form {
	return form{externalURL: externalURL, internalURL: internalURL, allow: []string{contoso.ExternalHost}}
}

func variations() []variation {
	return slices.Concat(qlikVariations(), entraVariations(), directoryVariations(), []variation{domainVariation()})
}

func findVariation(id string) (variation, error) {
	all := variations()
	if i := slices.IndexFunc(all, func(v variation) bool { return v.ID == id }); i >= 0 {
		return all[i], nil
	}
	ids := make([]string, 0, len(all))
	for _, v := range all {
		ids = append(ids, v.ID)
	}
	return variation{}, &UnknownVariantError{ID: id, Nearest: nearest(id, ids)}
}

// vary takes the chosen variants in.
func (l *Lab) vary(ids []string) error {
	l.form = newForm()
	for _, id := range ids {
		v, err := findVariation(id)
		if err != nil {
			return err
		}
		l.variations = append(l.variations, v)
		if v.form != nil {
			v.form(&l.form)
		}
	}
	return nil
}

// built brings the built systems into the chosen form.
func (l *Lab) built() error {
	l.qlik.Update(func(s *qlik.State) {
		for _, host := range l.form.nodes {
			s.AddNode(host)
			s.Link("", host)
		}
		if l.form.prefix != "" {
			s.AddVirtualProxy(l.form.prefix, "Published")
			for _, host := range append([]string{contoso.QlikNode}, l.form.nodes...) {
				s.Link(l.form.prefix, host)
			}
		}
		engines := append([]string{contoso.QlikNode}, l.form.nodes...)
		s.SetEngineNodes("", engines...)
		s.SetEngineNodes(l.form.prefix, engines...)
	})
	return l.each("building", func(v variation) func(*Lab) error { return v.build })
}

func (l *Lab) each(doing string, part func(variation) func(*Lab) error) error {
	for _, v := range l.variations {
		if do := part(v); do != nil {
			if err := do(l); err != nil {
				return fmt.Errorf("%s the variant %s: %w", doing, v.ID, err)
			}
		}
	}
	return nil
}
