package lab

import (
	"maps"
	"reflect"
)

// kept is a copy of plain data: what it refers to is copied too, so that a
// change of the one is not seen in the other. Unexported fields are shared.
func kept[T any](v T) T {
	out := reflect.New(reflect.TypeFor[T]()).Elem()
	out.Set(copied(reflect.ValueOf(&v).Elem()))
	c, _ := reflect.TypeAssert[T](out)
	return c
}

func copied(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() { // the rest refers to nothing
	case reflect.Struct:
		for i := range v.NumField() {
			if f := out.Field(i); f.CanSet() {
				f.Set(copied(f))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copied(v.Elem()))
		}
	case reflect.Interface:
		if !v.IsNil() {
			out.Set(copied(v.Elem()))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(copied(v.Index(i)))
			}
		}
	case reflect.Map:
		if !v.IsNil() {
			out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
			for k, e := range v.Seq2() {
				out.SetMapIndex(k, copied(e))
			}
		}
	}
	return out
}

// differ says whether the exported data of two values is not alike; what is not
// exported, such as a clock, is shared and does not count.
func differ[T any](a, b T) bool {
	return unlike(reflect.ValueOf(a), reflect.ValueOf(b))
}

func unlike(a, b reflect.Value) bool {
	if a.Kind() != reflect.Struct {
		return !reflect.DeepEqual(a.Interface(), b.Interface())
	}
	parts := 0
	for i := range a.NumField() {
		if !a.Type().Field(i).IsExported() {
			continue
		}
		parts++
		if unlike(a.Field(i), b.Field(i)) {
			return true
		}
	}
	return parts == 0 && !reflect.DeepEqual(a.Interface(), b.Interface())
}

// takeBack undoes in now what made after out of before, and leaves alone what
// has been changed elsewhere since.
func takeBack[T any](now *T, before, after T) {
	undo(reflect.ValueOf(now).Elem(), reflect.ValueOf(&before).Elem(), reflect.ValueOf(&after).Elem())
}

func undo(now, before, after reflect.Value) {
	if !now.CanSet() || !unlike(before, after) {
		return
	}
	switch now.Kind() { // the rest is one value
	case reflect.Struct:
		parts := 0
		for i := range now.NumField() {
			if now.Type().Field(i).IsExported() {
				undo(now.Field(i), before.Field(i), after.Field(i))
				parts++
			}
		}
		if parts > 0 {
			return
		}
	case reflect.Pointer:
		if !now.IsNil() && !before.IsNil() && !after.IsNil() {
			undo(now.Elem(), before.Elem(), after.Elem())
			return
		}
	case reflect.Slice:
		if now.Len() == before.Len() && before.Len() == after.Len() {
			for i := range now.Len() {
				undo(now.Index(i), before.Index(i), after.Index(i))
			}
			return
		}
	case reflect.Map:
		if !now.IsNil() {
			undoMap(now, before, after)
			return
		}
	}
	now.Set(copied(before))
}

func undoMap(now, before, after reflect.Value) {
	keys := map[any]reflect.Value{}
	for _, m := range []reflect.Value{before, after} {
		for _, k := range m.MapKeys() {
			keys[k.Interface()] = k
		}
	}
	for k := range maps.Values(keys) {
		was, is := before.MapIndex(k), after.MapIndex(k)
		switch {
		case !was.IsValid():
			now.SetMapIndex(k, reflect.Value{})
		case !is.IsValid() || unlike(was, is):
			value := copied(was)
			if present := now.MapIndex(k); present.IsValid() && is.IsValid() {
				value.Set(copied(present))
				undo(value, was, is)
			}
			now.SetMapIndex(k, value)
		}
	}
}
