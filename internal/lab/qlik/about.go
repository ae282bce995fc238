package qlik

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

type enum struct {
	name   string
	values []string // by number
	usages []string // schema and property
}

// enums are those of the entities this repository has.
func enums() []enum {
	named := func(name string, values string, usages ...string) enum {
		return enum{name: name, values: strings.Fields(values), usages: usages}
	}
	const vp = "VirtualProxyConfig."
	return []enum{
		named("AuthenticationMethodEnum", "Ticket HeaderStaticUserDirectory HeaderDynamicUserDirectory SAML JWT OIDC", vp+"AuthenticationMethod"),
		named("HeaderAuthenticationModeEnum", "NotAllowed StaticUserDirectory DynamicUserDirectory Undefined", vp+"HeaderAuthenticationMode"),
		named("AnonymousAccessModeEnum", "NoAnonymousUser AllowAnonymous AlwaysAnonymous", vp+"AnonymousAccessMode"),
		named("LoadBalancingAlgorithmEnum", "RoundRobin MemoryAllocation", vp+"LoadBalancingAlgorithm"),
		named("SameSiteAttributeEnum", "NoAttribute None Lax Strict", vp+"SameSiteAttributeHttps", vp+"SameSiteAttributeHttp"),
		named("SamlSigningAlgorithmEnum", "Sha1 Sha256", vp+"SamlAttributeSigningAlgorithm"),
		named("NodePurposeEnum", "Production Development Both", "ServerNodeConfiguration.NodePurpose"),
		named("ServiceTypeEnum", "Repository Proxy Scheduler Engine AppMigration Printing", "ServiceStatus.ServiceType"),
		named("ServiceStateEnum", "Initializing CertificatesNotInstalled Running NoCommunication Disabled Unknown", "ServiceStatus.ServiceState"),
	}
}

// aboutCall answers /qrs/about and what is below it. The lock must be held.
func (s *Server) aboutCall(c call) (answer, error) {
	if c.method != http.MethodGet {
		return answer{}, refuse(405, "%s is not possible on about", c.method)
	}
	switch rest := strings.ToLower(strings.Join(c.path[1:], "/")); {
	case rest == "":
		return answer{200, Entity{
			"schemaPath": "About", "buildVersion": s.state.Release.Repository, "buildDate": "9/20/2013 10:09:00 AM",
			"databaseProvider": "Devart.Data.PostgreSql", "nodeType": 1, "sharedPersistence": true,
			"requiresBootstrap": false, "singleNodeOnly": false,
		}}, nil
	case rest == "api/enums":
		out := Entity{}
		for _, e := range enums() {
			values := make([]string, len(e.values))
			for i, v := range e.values {
				values[i] = fmt.Sprintf("%d: %s", i, v)
			}
			out[e.name] = Entity{"values": values, "usages": e.usages}
		}
		return answer{200, out}, nil
	case rest == "api/relations":
		return answer{200, []string{
			"ProxyService.ServerNodeConfiguration > ServerNodeConfiguration", "ProxyService.Settings > ProxyService.Settings",
			"ProxyService.Settings.VirtualProxies > VirtualProxyConfig", "ServiceStatus.ServerNodeConfiguration > ServerNodeConfiguration",
			"VirtualProxyConfig.LoadBalancingServerNodes > ServerNodeConfiguration",
		}}, nil
	case rest == "api/description":
		return answer{200, s.description()}, nil
	case strings.HasPrefix(rest, "api/default/"):
		k, ok := s.kinds[strings.TrimPrefix(rest, "api/default/")]
		if !ok {
			break
		}
		return answer{200, k.full(&s.state, k.defaults())}, nil
	}
	return answer{}, refuse(404, "There is no %s in this API", strings.Join(c.path, "/"))
}

func (s *Server) description() []string {
	out := []string{
		"GET /about", "GET /about/api/default/{type}", "GET /about/api/description", "GET /about/api/enums",
		"GET /about/api/relations", "GET /license", "GET /license/accesstypeinfo", "GET /proxyservice/local",
		"POST /contentlibrary/{name}/uploadfile?externalpath={path}&overwrite={overwrite}",
		"DELETE /contentlibrary/{name}/deletecontent?externalpath={path}",
	}
	for _, k := range s.kinds {
		out = append(out, "GET /"+k.path, "GET /"+k.path+"/full", "GET /"+k.path+"/count", "GET /"+k.path+"/{id}")
		for m := range strings.FieldsSeq(k.writes) {
			if m == http.MethodPost {
				out = append(out, "POST /"+k.path)
				continue
			}
			out = append(out, m+" /"+k.path+"/{id}")
		}
	}
	slices.Sort(out)
	return out
}

// licenceCall answers /qrs/license. The lock must be held.
func (s *Server) licenceCall(c call) (answer, error) {
	switch {
	case c.method != http.MethodGet:
		return answer{}, refuse(405, "%s is not possible on license", c.method)
	case len(c.path) == 1:
		return answer{200, s.state.License}, nil
	case len(c.path) == 2 && strings.EqualFold(c.path[1], "accesstypeinfo"):
		available := 10
		if s.state.Faults.NoLicence {
			available = 0
		}
		seats := func(used, total int) Entity {
			return Entity{"usedTokens": used, "quarantinedTokens": 0, "availableTokens": max(0, total-used), "totalTokens": total}
		}
		return answer{200, Entity{
			"totalTokens": available, "availableTokens": available, "tokensEnabled": false,
			"professionalAccessType": seats(0, available), "analyzerAccessType": seats(0, 0),
			"schemaPath": "AccessTypeInfo",
		}}, nil
	}
	return answer{}, refuse(404, "There is no %s in this API", strings.Join(c.path, "/"))
}

// productInfo is what a release says of itself.
func productInfo(r Release) Entity {
	return Entity{
		"contentHash": "practice-lab", "originalClassName": "Composition", "senseId": "qliksenseserver:" + r.Version,
		"version": r.Version, "releaseLabel": r.Label, "deprecatedProductVersion": "4.0.X",
		"productName": "Qlik Sense", "deploymentType": "QlikSenseServer", "copyrightYearRange": "1993-2025",
	}
}

// aboutService answers on 9032.
func (s *Server) aboutService(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/v1/systeminfo" {
		http.NotFound(w, r)
		return
	}
	s.systemInfo(w)
}

func (s *Server) systemInfo(w http.ResponseWriter) {
	var release Release
	s.View(func(st *State) { release = st.Release })
	writeJSON(w, http.StatusOK, productInfo(release))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
