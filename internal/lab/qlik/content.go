package qlik

import (
	"net/http"
	"path"
	"slices"
	"strings"
)

// contentCall answers /qrs/contentlibrary/{name}/uploadfile and
// /deletecontent. The lock must be held.
func (s *Server) contentCall(c call) (answer, error) {
	library := find(s.state.Libraries, func(e Entity) bool { return strings.EqualFold(e.Text("name"), c.path[1]) })
	if library == nil {
		return answer{}, refuse(404, "There is no content library %q", c.path[1])
	}
	if !s.state.Admin(c.who.directory, c.who.user) || s.state.Faults.ReadOnly {
		return answer{}, refuse(403, "Forbidden")
	}
	file := strings.Trim(path.Clean("/"+strings.ReplaceAll(param(c, "externalpath"), `\`, "/")), "/")
	if file == "" {
		return answer{}, refuse(400, "Missing parameter value(s)")
	}
	key := fileKey(library.Text("name"), file)
	_, exists := s.state.Files[key]
	switch c.method + " " + strings.ToLower(c.path[2]) {
	case "POST uploadfile":
		extension := strings.ToLower(strings.TrimPrefix(path.Ext(file), "."))
		if !slices.Contains(allowedExtensions(), extension) {
			return answer{}, refuse(400, "Files of type %q are not allowed in this library", extension)
		}
		if exists && !strings.EqualFold(param(c, "overwrite"), "true") {
			return answer{}, refuse(409, "The file %s exists already", file)
		}
		s.state.Files[key] = File{Type: c.ctype, Data: c.body}
		return answer{http.StatusCreated, logicalPath(library, file)}, nil
	case "DELETE deletecontent":
		if !exists {
			return answer{}, refuse(404, "The resource was not found")
		}
		delete(s.state.Files, key)
		return answer{status: http.StatusNoContent}, nil
	}
	return answer{}, refuse(404, "There is no %s in this API", strings.Join(c.path, "/"))
}

// expandLibrary adds what is stored in a library.
func expandLibrary(st *State, e Entity) Entity {
	refs := []Entity{}
	for key := range st.Files {
		library, file, _ := strings.Cut(key, "/")
		if strings.EqualFold(library, e.Text("name")) {
			refs = append(refs, Entity{"externalPath": file, "logicalPath": logicalPath(e, file), "dataLocation": "", "serveOptions": 0})
		}
	}
	slices.SortFunc(refs, func(a, b Entity) int { return strings.Compare(a.Text("externalPath"), b.Text("externalPath")) })
	e.Set("references", refs)
	return e
}

func logicalPath(library Entity, file string) string {
	return "/content/" + library.Text("name") + "/" + file
}

// fileKey finds a file whatever the case of its address.
func fileKey(library, file string) string { return strings.ToLower(library + "/" + file) }
