using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Management.Automation;

namespace Evaluator
{
    // Interpreter walks the tree. A statement hands what it puts out to emit.
    sealed partial class Interpreter
    {
        readonly World world;
        readonly Windows windows;
        readonly Action<string> host;
        Scope scope = new Scope(null);

        public Interpreter(World world, Action<string> host)
        {
            this.world = world;
            this.host = host;
            windows = new Windows(world);
            scope.Own("ErrorActionPreference").Value = "Continue";
            scope.Own("OFS").Value = " ";
        }

        public Scope Scope { get { return scope; } }

        Flow Block(Node list, Action<object> emit)
        {
            if (list == null) return Flow.Normal;
            foreach (var s in list.Kids)
            {
                var f = Run(s, emit);
                if (f != Flow.Normal) return f;
            }
            return Flow.Normal;
        }

        // Body is the statement block of a node.
        static Node Body(Node n)
        {
            var b = n.Child("statement_block");
            return b == null ? null : b.Child("statement_list");
        }

        Flow Run(Node n, Action<object> emit)
        {
            switch (n.Kind)
            {
                case Kind.pipeline: return Pipeline(n, emit);
                case Kind.empty_statement: return Flow.Normal;
                case Kind.if_statement: return If(n, emit);
                case Kind.foreach_statement: return Foreach(n, emit);
                case Kind.for_statement: return For(n, emit);
                case Kind.while_statement:
                    while (Converter.True(ValueOf(n.Child("while_condition").Child("pipeline"))))
                    {
                        var f = Block(Body(n), emit);
                        if (f == Flow.Break) break;
                        if (f != Flow.Normal && f != Flow.Continue) return f;
                    }
                    return Flow.Normal;
                case Kind.do_statement:
                    bool until = n.Has("until");
                    do
                    {
                        var f = Block(Body(n), emit);
                        if (f == Flow.Break) break;
                        if (f != Flow.Normal && f != Flow.Continue) return f;
                    }
                    while (Converter.True(ValueOf(n.Child("while_condition").Child("pipeline"))) != until);
                    return Flow.Normal;
                case Kind.switch_statement: return Switch(n, emit);
                case Kind.function_statement:
                    if (!n.Has("function")) throw n.Cannot("a filter or workflow");
                    var d = n.Child("function_parameter_declaration");
                    var sb = n.Child("script_block");
                    scope.Functions[n.Child("function_name").Text] = MakeBlock(sb, d ?? (sb == null ? null : sb.Child("param_block")), "");
                    return Flow.Normal;
                case Kind.flow_control_statement: return Control(n, emit);
                case Kind.try_statement: return Try(n, emit);
            }
            throw n.Cannot("the statement " + n.Type);
        }

        Flow If(Node n, Action<object> emit)
        {
            if (Converter.True(ValueOf(n.Child("pipeline")))) return Block(Body(n), emit);
            var more = n.Child("elseif_clauses");
            if (more != null)
                foreach (var e in more.Kids) if (Converter.True(ValueOf(e.Child("pipeline")))) return Block(Body(e), emit);
            var last = n.Child("else_clause");
            return last == null ? Flow.Normal : Block(Body(last), emit);
        }

        Flow Foreach(Node n, Action<object> emit)
        {
            if (n.Child("foreach_parameter") != null) throw n.Cannot("foreach with a parameter");
            var v = ValueOf(n.Child("pipeline"));
            if (Nothing.Null(v) == null) return Flow.Normal;
            foreach (var item in Operators.List(v) ?? new[] { v })
            {
                Set(n.Child("variable"), item, null);
                var f = Block(Body(n), emit);
                if (f == Flow.Break) break;
                if (f != Flow.Normal && f != Flow.Continue) return f;
            }
            return Flow.Normal;
        }

        Flow For(Node n, Action<object> emit)
        {
            Node first = n.Child("for_initializer"), test = n.Child("for_condition"), step = n.Child("for_iterator");
            if (first != null) Run(first.Child("pipeline"), Drop);
            while (test == null || Converter.True(ValueOf(test.Child("pipeline"))))
            {
                var f = Block(Body(n), emit);
                if (f == Flow.Break) break;
                if (f != Flow.Normal && f != Flow.Continue) return f;
                if (step != null) Run(step.Child("pipeline"), Drop);
            }
            return Flow.Normal;
        }

        static void Drop(object v) { }

        Flow Switch(Node n, Action<object> emit)
        {
            var how = n.Child("switch_parameters");
            var condition = n.Child("switch_condition");
            if (condition.Child("pipeline") == null) throw n.Cannot("switch over a file");
            bool regex = false, wild = false, exact = false;
            if (how != null)
                foreach (var p in how.Kids)
                {
                    var t = p.Text.ToLowerInvariant();
                    if (t == "-regex") regex = true;
                    else if (t == "-wildcard") wild = true;
                    else if (t == "-casesensitive") exact = true;
                    else if (t != "-exact") throw n.Cannot("switch " + t);
                }
            var v = ValueOf(condition.Child("pipeline"));
            var clauses = n.Child("switch_body").Child("switch_clauses");
            if (clauses == null || Nothing.Null(v) == null && v is Nothing) return Flow.Normal;
            foreach (var item in Operators.List(v) ?? new[] { v })
            {
                bool met = false;
                foreach (var c in clauses.Kids)
                {
                    var key = c.Child("switch_clause_condition");
                    bool isDefault = key.Text.Equals("default", StringComparison.OrdinalIgnoreCase);
                    if (isDefault ? met : !Meets(key, item, regex, wild, exact)) continue;
                    met = true;
                    Flow f;
                    using (With(item)) f = Block(Body(c), emit);
                    if (f == Flow.Break) return Flow.Normal;
                    if (f == Flow.Continue) break;
                    if (f != Flow.Normal) return f;
                }
            }
            return Flow.Normal;
        }

        bool Meets(Node key, object item, bool regex, bool wild, bool exact)
        {
            var want = key.Kids.Count == 0 ? key.Text : Eval(key.Kids[0]);
            if (want is ScriptBlock) using (With(item)) return Converter.True(Collapse(Collect(e => RunBlock((ScriptBlock)want, e))));
            if (regex) return Converter.True(TextOperators.Match(key, true, Converter.Text(item), want, exact, this));
            if (wild) return TextOperators.Like(Converter.Text(item), Converter.Text(want), exact);
            return Operators.Same(item, want, exact);
        }

        Flow Control(Node n, Action<object> emit)
        {
            var what = n.All[0].Type.ToLowerInvariant();
            if (n.Child("label_expression") != null) throw n.Cannot("a label");
            var value = n.Child("pipeline");
            switch (what)
            {
                case "break": return Flow.Break;
                case "continue": return Flow.Continue;
                case "return":
                    if (value != null) Run(value, emit);
                    return Flow.Return;
                case "throw":
                    if (value == null)
                    {
                        if (handled == null) throw Thrown.Runtime("ScriptHalted", "ScriptHalted");
                        throw new Thrown(handled);
                    }
                    var v = Nothing.Null(ValueOf(value));
                    if (v is ErrorRecord) throw new Thrown((ErrorRecord)v);
                    if (v is Exception) throw new Thrown((Exception)v, ((Exception)v).Message);
                    throw new Thrown(new RuntimeException(Converter.Text(v)), Converter.Text(v), v);
            }
            throw n.Cannot(what);
        }

        // handled is the error whose catch is running.
        ErrorRecord handled;

        Flow Try(Node n, Action<object> emit)
        {
            var last = n.Child("finally_clause");
            try
            {
                var at = scope;
                try { return Block(Body(n), emit); }
                catch (Thrown t)
                {
                    scope = at;
                    var clause = Clause(n.Child("catch_clauses"), t.Record);
                    if (clause == null) throw;
                    var before = handled;
                    handled = t.Record;
                    try { using (With(t.Record)) return Block(Body(clause), emit); }
                    finally { handled = before; }
                }
            }
            finally
            {
                if (last != null)
                {
                    var f = Block(Body(last), emit);
                    if (f != Flow.Normal) throw n.Cannot("leaving a finally");
                }
            }
        }

        // Clause is the catch for an error: by the type of its exception, or of the
        // one that a call or a cast has wrapped.
        Node Clause(Node clauses, ErrorRecord r)
        {
            if (clauses == null) return null;
            foreach (var c in clauses.Kids)
            {
                var types = c.Child("catch_type_list");
                if (types == null) return c;
                foreach (var t in types.Children("type_literal").Select(Types.Of))
                    if (t.IsInstanceOfType(r.Exception) || r.Exception is RuntimeException && t.IsInstanceOfType(r.Exception.InnerException)) return c;
            }
            return null;
        }

        sealed class Undo : IDisposable
        {
            public Action Do;
            public void Dispose() { Do(); }
        }

        // With sets $_ for a while, in the present scope.
        IDisposable With(object v)
        {
            var s = scope;
            Variable before;
            s.Variables.TryGetValue("_", out before);
            s.Variables["_"] = new Variable { Value = v };
            return new Undo { Do = () => { if (before == null) s.Variables.Remove("_"); else s.Variables["_"] = before; } };
        }
    }
}
