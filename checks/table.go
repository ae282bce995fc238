package checks

// Table is a comparison that an outcome rests on: what is required beside what
// is there, one row for each thing that is compared.
type Table struct {
	Columns []string
	Rows    []Row
}

// Row is one line of a table with its own verdict; Pending is none.
type Row struct {
	Cells  []string
	Status Status
}

// Row adds a line.
func (t Table) Row(verdict Status, cells ...string) Table {
	t.Rows = append(append([]Row(nil), t.Rows...), Row{Cells: cells, Status: verdict})
	return t
}

// Compare attaches the comparison that the outcome rests on.
func (r Result) Compare(t Table) Result {
	r.Table = t
	return r
}

func (t Table) neutral() Table {
	out := Table{Columns: t.Columns}
	for _, row := range t.Rows {
		cells := make([]string, 0, len(row.Cells))
		for _, c := range row.Cells {
			cells = append(cells, Neutral(c))
		}
		out.Rows = append(out.Rows, Row{Cells: cells, Status: row.Status})
	}
	return out
}
