using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    // Source is a command that needs no input.
    sealed class Source : Stage
    {
        public Action<Action<object>> Do;
        public bool Fed;
        bool done;

        public override void Process(object item)
        {
            if (Fed) throw new Unsupported("input for a command that takes none here");
            if (!done) { done = true; Do(Emit); }
        }
    }

    // Each is a command that looks at every item.
    sealed class Each : Stage
    {
        public Action Starts = delegate { };
        public Action<object, Action<object>> Do;
        public Action<Action<object>> Ends = delegate { };
        public override void Begin() { Starts(); }
        public override void Process(object item) { Do(item, Emit); }
        public override void End() { Ends(Emit); }
    }

    // Given are the arguments of a cmdlet by the names of its parameters.
    sealed class Given
    {
        readonly Dictionary<string, object> values = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);

        // A form lists parameters: Name takes a value, Name! is a switch, Name@0 takes
        // the first value without a name, Name@0* that and all that follow.
        public Given(Node n, string form, List<Argument> args)
        {
            var names = (form + " ErrorAction").Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
            Func<string, string> plain = s => s.Split('!', '@')[0];
            var free = new List<object>();
            for (int k = 0; k < args.Count; k++)
            {
                var a = args[k];
                if (a.Name == null) { free.Add(Nothing.Null(a.Value)); continue; }
                var hit = names.FirstOrDefault(x => plain(x).Equals(a.Name, StringComparison.OrdinalIgnoreCase));
                var near = names.Where(x => plain(x).StartsWith(a.Name, StringComparison.OrdinalIgnoreCase)).ToList();
                if (hit == null && near.Count == 1) hit = near[0];
                if (hit == null) throw n.Cannot("the parameter -" + a.Name);
                if (hit.EndsWith("!")) values[plain(hit)] = a.HasValue ? Converter.True(a.Value) : true;
                else if (a.HasValue) values[plain(hit)] = Nothing.Null(a.Value);
                else if (k + 1 < args.Count && args[k + 1].Name == null) values[plain(hit)] = Nothing.Null(args[++k].Value);
                else throw new Thrown(new ParameterBindingException("Missing an argument for parameter '" + plain(hit) + "'. Specify a parameter and try again."), "MissingArgument");
            }
            int at = 0;
            foreach (var x in names.Where(x => x.Contains("@")).OrderBy(x => x.Split('@')[1]).Where(x => !values.ContainsKey(plain(x))))
            {
                if (at >= free.Count) break;
                if (x.EndsWith("*")) { values[plain(x)] = free.Count - at == 1 ? free[at] : free.Skip(at).ToArray(); at = free.Count; }
                else values[plain(x)] = free[at++];
            }
            if (at < free.Count) throw new Thrown(new ParameterBindingException("A positional parameter cannot be found that accepts argument '" + Converter.Text(free[at]) + "'."), "PositionalParameterNotFound");
        }

        public bool Has(string name) { return values.ContainsKey(name); }
        public object this[string name] { get { object v; values.TryGetValue(name, out v); return v; } }
        public bool Is(string name) { return Converter.True(this[name]); }
        public string Text(string name) { return Converter.Text(this[name]); }
        public int Number(string name) { return (int)Converter.To(this[name], typeof(int), null); }
    }

    sealed partial class Interpreter
    {
        Stage Command(Node n, bool fed)
        {
            var how = n.Child("command_invokation_operator");
            var args = Arguments(n.Child("command_elements"));
            if (how != null)
            {
                if (how.Text != "&") throw n.Cannot("dot sourcing");
                var what = n.Child("command_name_expr");
                // The grammar takes a variable for a path that begins with one.
                var path = what.Kids[0].Type == "path_command_name" ? what.Kids[0] : null;
                if (path != null && (path.Kids.Count != 1 || path.Kids[0].Type != "variable")) throw n.Cannot("calling this");
                var v = path != null ? Get(path.Kids[0]) : what.Kids[0].Type == "command_name" ? what.Kids[0].Text : Nothing.Null(Eval(what.Kids[0]));
                var block = v as ScriptBlock;
                if (block != null) return new Source { Fed = fed, Do = e => InNewScope(block, "", args, e) };
                if (!(v is string)) throw n.Cannot("calling this");
                return Named(n, (string)v, args, fed);
            }
            return Named(n, n.Child("command_name").Text, args, fed);
        }

        Stage Named(Node n, string name, List<Argument> args, bool fed)
        {
            // The grammar takes 1..3 for a command; PowerShell does not.
            var range = System.Text.RegularExpressions.Regex.Match(name, @"^(\d+)\.\.(\d+)$");
            if (range.Success && args.Count == 0) return new Source { Fed = fed, Do = e => Unroll(Operators.Binary(n, "..", range.Groups[1].Value, range.Groups[2].Value, this), e) };
            var f = scope.Function(name);
            if (f != null) return new Source { Fed = fed, Do = e => InNewScope(f, name, args, e) };
            var c = Cmdlet(n, name.ToLowerInvariant(), args);
            if (c == null)
            {
                if (!world.Lacks(name)) throw n.Cannot("the command " + name);
                throw new Thrown(new CommandNotFoundException("The term '" + name + "' is not recognized as the name of a cmdlet, function, script file, or operable program. Check the spelling of the name, or if a path was included, verify that the path is correct and try again."), "CommandNotFoundException");
            }
            var s = c as Source;
            if (s != null) s.Fed = fed;
            return c;
        }

        List<Argument> Arguments(Node elements)
        {
            var all = new List<Argument>();
            if (elements == null) return all;
            bool colon = false;
            for (int at = 0; at < elements.Kids.Count; at++)
            {
                var k = elements.Kids[at];
                var next = at + 1 < elements.Kids.Count ? elements.Kids[at + 1] : null;
                switch (k.Type)
                {
                    case "command_argument_sep":
                        colon = k.Text == ":";
                        continue;
                    case "command_parameter":
                        all.Add(new Argument { Name = k.Text.Substring(1), HasValue = false });
                        continue;
                    case "redirection": case "stop_parsing": throw k.Cannot("a redirection");
                }
                object v;
                if (k.Type == "generic_token")
                {
                    if (k.Text.IndexOfAny("$\"'`".ToCharArray()) >= 0) throw k.Cannot("a word with variables or quotes in it");
                    v = k.Text;
                }
                // A call of a method: the grammar has its arguments beside it.
                else if (next != null && next.Type == "argument_list" && next.Start == k.End)
                {
                    if (k.Type != "member_access") throw next.Cannot("arguments of this");
                    v = Nothing.Null(Invoked(k, next));
                    at++;
                }
                else if (k.Type == "argument_list")
                {
                    var list = k.Child("argument_expression_list");
                    var items = list == null ? new object[0] : list.Kids.Select(x => Nothing.Null(Eval(x))).ToArray();
                    v = items.Length == 1 ? items[0] : items;
                }
                else v = Nothing.Null(Eval(k));
                if (colon) { all[all.Count - 1].HasValue = true; all[all.Count - 1].Value = v; }
                else all.Add(new Argument { Value = v });
                colon = false;
            }
            return all;
        }

        // Report is an error of a cmdlet that need not end it: $ErrorActionPreference, or
        // -ErrorAction, says whether it does.
        public void Report(Given g, Exception e, string id)
        {
            var preference = g.Has("ErrorAction") ? g.Text("ErrorAction") : Converter.Text((scope.Find("ErrorActionPreference") ?? new Variable { Value = "Continue" }).Value);
            switch (preference.ToLowerInvariant())
            {
                case "stop": throw new Thrown(e, id);
                case "silentlycontinue": case "ignore": return;
                case "continue": host("ERROR " + e.Message); return;
            }
            throw new Unsupported("the error preference " + preference);
        }
    }
}
