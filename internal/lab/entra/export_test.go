package entra

// TryFilter parses a filter and applies it to an object of few properties.
func TryFilter(text string) {
	if p, err := parseFilter(text); err == nil {
		_, _ = p(record{"displayName": "x", "tags": []string{"a"}, "web": record{"homePageUrl": nil}})
	}
}
