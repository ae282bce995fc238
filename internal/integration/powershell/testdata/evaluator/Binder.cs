using System;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    // Argument is one word of a command: a parameter's name, with the value that
    // follows a colon, or a value.
    sealed class Argument
    {
        public string Name;
        public bool HasValue = true;
        public object Value;
    }

    // Binder gives arguments to the parameters of functions, scripts and blocks
    // (about_Functions_Advanced_Parameters, without the attributes).
    static class Binder
    {
        sealed class Parameter
        {
            public string Name;
            public Node Variable, Default;
            public Type Type;
            public bool Bound;
        }

        public static void Bind(Interpreter i, Scope own, ScriptBlock b, string command, List<Argument> args)
        {
            var ps = Parameters(b.Parameters);
            var rest = new List<object>();
            for (int k = 0; k < args.Count; k++)
            {
                var a = args[k];
                if (a.Name == null) { rest.Add(a.Value); continue; }
                var p = Named(ps, a.Name, command);
                if (p == null) { rest.Add("-" + a.Name); if (a.HasValue) rest.Add(a.Value); continue; }
                if (p.Bound) throw new Thrown(new ParameterBindingException("Cannot bind parameter because parameter '" + p.Name + "' is specified more than once."), "ParameterAlreadyBound," + command);
                object v = a.Value;
                if (!a.HasValue)
                {
                    if (p.Type == typeof(SwitchParameter)) v = new SwitchParameter(true);
                    else if (k + 1 < args.Count && args[k + 1].Name == null) v = args[++k].Value;
                    else throw new Thrown(new ParameterBindingException("Missing an argument for parameter '" + p.Name + "'."), "MissingArgument," + command);
                }
                Give(i, own, p, v, command);
            }
            foreach (var p in ps.Where(p => !p.Bound && p.Type != typeof(SwitchParameter)))
            {
                if (rest.Count == 0) break;
                Give(i, own, p, rest[0], command);
                rest.RemoveAt(0);
            }
            own.Own("args").Value = rest.ToArray();
            foreach (var p in ps.Where(p => !p.Bound))
            {
                object v = null;
                if (p.Default != null) v = i.Evaluated(p.Default, own);
                else if (p.Type == typeof(SwitchParameter)) v = new SwitchParameter(false);
                else if (p.Type != null && (p.Type == typeof(string) || p.Type == typeof(bool) || Converter.IsNumber(p.Type))) v = Converter.To(null, p.Type, i);
                var x = own.Own(p.Name);
                x.Value = p.Type == null || v == null ? Nothing.Null(v) : Converter.To(v, p.Type, i);
                x.Type = p.Type;
            }
        }

        static Parameter Named(List<Parameter> ps, string name, string command)
        {
            var exact = ps.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (exact != null) return exact;
            var near = ps.Where(p => p.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase)).ToList();
            if (near.Count > 1) throw new Thrown(new ParameterBindingException("Parameter cannot be processed because the parameter name '" + name + "' is ambiguous."), "AmbiguousParameter," + command);
            return near.FirstOrDefault();
        }

        static void Give(Interpreter i, Scope own, Parameter p, object v, string command)
        {
            v = Nothing.Null(v);
            if (p.Type != null)
            {
                try { v = Converter.To(v, p.Type, i); }
                catch (Thrown t)
                {
                    throw new Thrown(new ParameterBindingException("Cannot process argument transformation on parameter '" + p.Name + "'. " + t.Record.Exception.Message, t.Record.Exception), "ParameterArgumentTransformationError," + command);
                }
            }
            var x = own.Own(p.Name);
            x.Value = v;
            x.Type = p.Type;
            p.Bound = true;
        }

        static List<Parameter> Parameters(Node block)
        {
            var all = new List<Parameter>();
            if (block == null) return all;
            if (block.Child("attribute_list") != null) throw block.Cannot("attributes of a function");
            var list = block.Child("parameter_list");
            if (list == null) return all;
            foreach (var n in list.Children("script_parameter"))
            {
                var v = n.Child("variable");
                var p = new Parameter { Variable = v, Name = v.Text.Substring(1) };
                var attributes = n.Child("attribute_list");
                if (attributes != null)
                {
                    if (attributes.Kids.Count != 1 || attributes.Kids[0].Child("type_literal") == null) throw n.Cannot("attributes of a parameter");
                    p.Type = Types.Of(attributes.Kids[0].Child("type_literal"));
                }
                var d = n.Child("script_parameter_default");
                if (d != null) p.Default = d.Kids[0];
                all.Add(p);
            }
            return all;
        }
    }
}
