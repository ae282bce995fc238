using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;
using System.Reflection;
using System.Xml;

namespace Evaluator
{
    // Members reads and writes properties and calls methods.
    sealed partial class Interpreter
    {
        const BindingFlags Instance = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase | BindingFlags.FlattenHierarchy;
        const BindingFlags Static = BindingFlags.Public | BindingFlags.Static | BindingFlags.IgnoreCase | BindingFlags.FlattenHierarchy;

        public object Property(object target, string name)
        {
            object v;
            if (Own(Nothing.Null(target), name, out v)) return v;
            var list = Operators.List(Nothing.Null(target));
            if (list != null && !(target is Nothing))
            {
                var found = new List<object>();
                foreach (var item in list)
                {
                    object one;
                    if (!Own(Nothing.Null(item), name, out one)) continue;
                    var many = Operators.List(one);
                    if (many != null) found.AddRange(many.Cast<object>());
                    else found.Add(one);
                }
                if (found.Count == 1) return found[0];
                if (found.Count > 1) return found.ToArray();
            }
            if (scope.Strictness >= 2) throw new Thrown(new PropertyNotFoundException("The property '" + name + "' cannot be found on this object. Verify that the property exists."), "PropertyNotFoundStrict");
            if (name.Equals("Count", StringComparison.OrdinalIgnoreCase) || name.Equals("Length", StringComparison.OrdinalIgnoreCase)) return Nothing.Null(target) == null ? 0 : 1;
            return null;
        }

        // Own is a property of an object itself, not of its elements.
        bool Own(object target, string name, out object value)
        {
            value = null;
            if (target == null) return false;
            var d = target as IDictionary;
            if (d != null && d.Contains(name)) { value = d[name]; return true; }
            var r = target as Record;
            if (r != null)
            {
                if (!r.Fields.Contains(name)) return false;
                value = r.Fields[name];
                return true;
            }
            var x = target as XmlNode;
            if (x != null && XmlMember(x, name, out value)) return true;
            if (target is Array && name.Equals("Count", StringComparison.OrdinalIgnoreCase)) { value = ((Array)target).Length; return true; }
            if (target is DictionaryEntry && name.Equals("Name", StringComparison.OrdinalIgnoreCase)) { value = ((DictionaryEntry)target).Key; return true; }
            if (name.StartsWith("ps", StringComparison.OrdinalIgnoreCase) && new[] { "psobject", "psbase", "psadapted", "psextended", "pstypenames" }.Contains(name.ToLowerInvariant()))
                throw new Unsupported("the member " + name);
            var p = Find(target.GetType(), name, Instance);
            if (p == null)
            {
                var f = target.GetType().GetField(name, Instance);
                if (f == null) return false;
                value = f.GetValue(target);
                return true;
            }
            // A getter that throws gives null, in every strictness.
            try { value = p.GetValue(target, null); }
            catch (TargetInvocationException e) { if (e.InnerException is Unsupported) throw e.InnerException; value = null; }
            return true;
        }

        // What was found before of a class, by name.
        static readonly Dictionary<Tuple<Type, string, BindingFlags>, PropertyInfo> properties = new Dictionary<Tuple<Type, string, BindingFlags>, PropertyInfo>();
        static readonly Dictionary<Tuple<Type, string, BindingFlags>, MethodBase[]> methods = new Dictionary<Tuple<Type, string, BindingFlags>, MethodBase[]>();

        static PropertyInfo Find(Type t, string name, BindingFlags flags)
        {
            var key = Tuple.Create(t, name, flags);
            PropertyInfo p;
            lock (properties) if (!properties.TryGetValue(key, out p)) properties[key] = p = Look(t, name, flags);
            return p;
        }

        static PropertyInfo Look(Type t, string name, BindingFlags flags)
        {
            var all = t.GetProperties(flags & ~BindingFlags.IgnoreCase).Where(p => p.GetIndexParameters().Length == 0 && p.CanRead && p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            return all.FirstOrDefault(p => all.All(o => !p.DeclaringType.IsAssignableFrom(o.DeclaringType) || o.DeclaringType == p.DeclaringType)) ?? all.FirstOrDefault();
        }

        static bool XmlMember(XmlNode x, string name, out object value)
        {
            value = null;
            var found = new List<object>();
            if (x.Attributes != null)
                foreach (XmlAttribute a in x.Attributes) if (a.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) found.Add(a.Value);
            foreach (XmlNode c in x.ChildNodes)
            {
                if (!(c is XmlElement) || !c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
                bool plain = c.Attributes.Count == 0 && c.ChildNodes.Cast<XmlNode>().All(k => k is XmlText || k is XmlCDataSection);
                found.Add(plain ? (object)c.InnerText : c);
            }
            if (found.Count == 0) return false;
            value = found.Count == 1 ? found[0] : found.ToArray();
            return true;
        }

        public void SetProperty(Node n, object target, string name, object value)
        {
            target = Nothing.Null(target);
            var d = target as IDictionary;
            if (d != null) { d[name] = value; return; }
            if (target != null)
            {
                var p = target is Type ? null : target.GetType().GetProperties(Instance).FirstOrDefault(x => x.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && x.CanWrite);
                if (p != null)
                {
                    object v = Nothing.Null(value);
                    if (v != null || p.PropertyType == typeof(string) || p.PropertyType.IsValueType) v = Converter.To(v, p.PropertyType, this);
                    try { p.SetValue(target, v, null); }
                    catch (TargetInvocationException e) { throw new Thrown(new SetValueInvocationException("Exception setting \"" + name + "\": \"" + e.InnerException.Message + "\"", e.InnerException), "ExceptionWhenSetting"); }
                    return;
                }
                if (target is XmlNode || target is Record) throw n.Cannot("writing this property");
            }
            throw Thrown.Runtime("PropertyNotFound", "The property '" + name + "' cannot be found on this object. Verify that the property exists and can be set.");
        }

        public object StaticProperty(Node n, object of, string name)
        {
            var t = of as Type ?? (Nothing.Null(of) == null ? null : of.GetType());
            if (t == null) throw n.Cannot("a static member of null");
            object v;
            if (windows.StaticProperty(t, name, out v)) return v;
            if (t.IsEnum)
            {
                var e = Enum.GetNames(t).FirstOrDefault(x => x.Equals(name, StringComparison.OrdinalIgnoreCase));
                if (e != null) return Enum.Parse(t, e);
            }
            var p = Find(t, name, Static);
            if (p != null)
            {
                try { return p.GetValue(null, null); }
                catch (TargetInvocationException) { return null; }
            }
            var f = t.GetField(name, Static);
            if (f != null) return f.GetValue(null);
            if (scope.Strictness >= 2) throw new Thrown(new PropertyNotFoundException("The property '" + name + "' cannot be found on this object. Verify that the property exists."), "PropertyNotFoundStrict");
            return null;
        }

        public object CallStatic(Node n, object of, string name, object[] args)
        {
            var t = of as Type ?? (Nothing.Null(of) == null ? null : of.GetType());
            if (t == null) throw Thrown.Runtime("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.");
            if (name.Equals("new", StringComparison.OrdinalIgnoreCase)) return windows.Construct(t, args, this);
            object v;
            if (windows.StaticMethod(t, name, args, this, out v)) return v;
            var all = Methods(t, name, Static);
            if (all.Length == 0) throw Thrown.Runtime("MethodNotFound", "Method invocation failed because [" + t.FullName + "] does not contain a method named '" + name + "'.");
            return Overloads.Call(all, null, name, args, this);
        }

        public object Call(Node n, object target, string name, object[] args)
        {
            target = Nothing.Null(target);
            if (target == null) throw Thrown.Runtime("InvokeMethodOnNull", "You cannot call a method on a null-valued expression.");
            object v;
            if (windows.Method(target, name, args, out v)) return v;
            if (target is ScriptBlock && !name.Equals("ToString", StringComparison.OrdinalIgnoreCase)) throw n.Cannot("calling a method of a script block");
            var all = Methods(target.GetType(), name, Instance);
            if (all.Length > 0) return Overloads.Call(all, target, name, args, this);
            var list = Operators.List(target);
            if (list != null && list.Cast<object>().Any(x => x != null && Methods(x.GetType(), name, Instance).Length > 0))
            {
                var found = list.Cast<object>().Select(x => Call(n, x, name, args)).Where(x => !(x is Nothing)).ToArray();
                return found.Length == 0 ? Nothing.Value : found.Length == 1 ? found[0] : found;
            }
            throw Thrown.Runtime("MethodNotFound", "Method invocation failed because [" + target.GetType().FullName + "] does not contain a method named '" + name + "'.");
        }

        static MethodBase[] Methods(Type t, string name, BindingFlags flags)
        {
            var key = Tuple.Create(t, name, flags);
            MethodBase[] all;
            lock (methods) if (methods.TryGetValue(key, out all)) return all;
            var list = t.GetMethods(flags).Where(m => m.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).ToList();
            // A method that another one overrides or hides does not count.
            all = list.Where(m => !list.Any(o => o != m && o.DeclaringType != m.DeclaringType && m.DeclaringType.IsAssignableFrom(o.DeclaringType) &&
                o.GetParameters().Select(p => p.ParameterType).SequenceEqual(m.GetParameters().Select(p => p.ParameterType)))).Cast<MethodBase>().ToArray();
            lock (methods) methods[key] = all;
            return all;
        }
    }
}
