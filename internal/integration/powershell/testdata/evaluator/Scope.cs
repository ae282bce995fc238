using System;
using System.Collections;
using System.Collections.Generic;
using System.Management.Automation;

namespace Evaluator
{
    // Variable has a value, and a type where it was declared with one.
    sealed class Variable
    {
        public object Value;
        public Type Type;
    }

    // Scope is one level of names; a call begins one below its caller's.
    sealed class Scope
    {
        public readonly Scope Parent;
        public readonly Dictionary<string, Variable> Variables = new Dictionary<string, Variable>(StringComparer.OrdinalIgnoreCase);
        public readonly Dictionary<string, ScriptBlock> Functions = new Dictionary<string, ScriptBlock>(StringComparer.OrdinalIgnoreCase);
        public int? Strict;

        public Scope(Scope parent) { Parent = parent; }

        public Scope Root { get { var s = this; while (s.Parent != null) s = s.Parent; return s; } }

        public Variable Find(string name)
        {
            for (var s = this; s != null; s = s.Parent)
            {
                Variable v;
                if (s.Variables.TryGetValue(name, out v)) return v;
            }
            return null;
        }

        public ScriptBlock Function(string name)
        {
            for (var s = this; s != null; s = s.Parent)
            {
                ScriptBlock f;
                if (s.Functions.TryGetValue(name, out f)) return f;
            }
            return null;
        }

        public int Strictness
        {
            get
            {
                for (var s = this; s != null; s = s.Parent) if (s.Strict.HasValue) return s.Strict.Value;
                return 0;
            }
        }

        // Own is the variable of this very scope, made where there is none.
        public Variable Own(string name)
        {
            Variable v;
            if (!Variables.TryGetValue(name, out v)) Variables[name] = v = new Variable();
            return v;
        }
    }

    // Names reads and writes variables by the names that scripts give them.
    sealed partial class Interpreter
    {
        // kept are names with a meaning of their own.
        static readonly HashSet<string> kept = new HashSet<string> { "null", "true", "false", "?", "$", "^", "error", "psversiontable", "host", "pwd", "myinvocation", "psboundparameters" };

        // Split tells the qualifier of a name from the name.
        static void Split(Node n, out string where, out string name)
        {
            var known = n.Cache as string[];
            if (known != null) { where = known[0]; name = known[1]; return; }
            var s = n.Text.Substring(1);
            if (s.StartsWith("{")) s = s.Substring(1, s.Length - 2);
            int i = s.IndexOf(':');
            where = i < 0 ? "" : s.Substring(0, i).ToLowerInvariant();
            name = i < 0 ? s : s.Substring(i + 1);
            if (where == "" && kept.Contains(name.ToLowerInvariant())) name = name.ToLowerInvariant();
            if (where == "" && name.Equals("psitem", StringComparison.OrdinalIgnoreCase)) name = "_";
            n.Cache = new[] { where, name };
        }

        public object Get(Node n)
        {
            string where, name;
            Split(n, out where, out name);
            switch (where)
            {
                case "env": return world.Variable(name);
                case "":
                    switch (name)
                    {
                        case "null": return null;
                        case "true": return true;
                        case "false": return false;
                        case "?": case "$": case "^": case "error": case "psversiontable": case "host": case "pwd": case "myinvocation": case "psboundparameters":
                            throw n.Cannot("the variable " + n.Text);
                    }
                    break;
                case "script": case "global": case "local": break;
                default: throw n.Cannot("the drive of " + n.Text);
            }
            Variable v;
            if (where == "script" || where == "global") scope.Root.Variables.TryGetValue(name, out v);
            else if (where == "local") scope.Variables.TryGetValue(name, out v);
            else v = scope.Find(name);
            if (v != null) return v.Value;
            if (name.Equals("_", StringComparison.Ordinal) || name.Equals("args", StringComparison.OrdinalIgnoreCase)) return null;
            if (scope.Strictness > 0) throw Thrown.Runtime("VariableIsUndefined", "The variable '" + n.Text + "' cannot be retrieved because it has not been set.");
            return null;
        }

        public void Set(Node n, object value, Type type)
        {
            string where, name;
            Split(n, out where, out name);
            Scope at = scope;
            switch (where)
            {
                case "": case "local": break;
                case "script": case "global": at = scope.Root; break;
                default: throw n.Cannot("writing to the drive of " + n.Text);
            }
            foreach (var fixedName in new[] { "null", "true", "false", "_" })
                if (name.Equals(fixedName, StringComparison.OrdinalIgnoreCase) && where == "")
                {
                    if (fixedName == "null") return;
                    throw n.Cannot("writing to " + n.Text);
                }
            var v = at.Own(name);
            if (type != null) v.Type = type;
            v.Value = v.Type == null ? value : Converter.To(Nothing.Null(value), v.Type, this);
        }
    }
}
