using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Specialized;
using Evaluator;

namespace Evaluator
{
    // Nothing is what a pipeline without output leaves (AutomationNull): null
    // wherever a value is wanted, and nothing where it is enumerated.
    sealed class Nothing
    {
        public static readonly Nothing Value = new Nothing();
        public static object Null(object v) { return v is Nothing ? null : v; }
        public override string ToString() { return ""; }
    }

    // Record is an object that has properties alone, such as one of CIM.
    sealed class Record
    {
        public readonly string Kind;
        public readonly OrderedDictionary Fields = new OrderedDictionary(StringComparer.OrdinalIgnoreCase);
        public Record(string kind) { Kind = kind; }
        public Record With(string name, object value) { Fields[name] = value; return this; }
        public override string ToString() { return Kind; }
    }

    // Flow is how a statement ended.
    enum Flow { Normal, Return, Break, Continue, Exit }

    // Thrown is an error of the script on its way to a catch.
    sealed class Thrown : Exception
    {
        public readonly System.Management.Automation.ErrorRecord Record;
        public Thrown(System.Management.Automation.ErrorRecord r) : base(r.Exception.Message, r.Exception) { Record = r; }
        public Thrown(Exception e, string id, object target = null) : this(new System.Management.Automation.ErrorRecord(e, id, target)) { }
        public static Thrown Runtime(string id, string message) { return new Thrown(new System.Management.Automation.RuntimeException(message), id); }
    }

    // Stop ends what feeds Select-Object -First.
    sealed class Stop : Exception
    {
        public readonly Stage By;
        public Stop(Stage by) { By = by; }
    }
}

// The classes that scripts meet under these names.
namespace System.Management.Automation
{
    public class RuntimeException : SystemException
    {
        public RuntimeException(string m, Exception inner = null) : base(m, inner) { }
    }

    public class MethodException : RuntimeException
    {
        public MethodException(string m, Exception inner = null) : base(m, inner) { }
    }

    public class MethodInvocationException : MethodException
    {
        public MethodInvocationException(string m, Exception inner) : base(m, inner) { }
    }

    public class GetValueException : RuntimeException
    {
        public GetValueException(string m, Exception inner = null) : base(m, inner) { }
    }

    public class PropertyNotFoundException : RuntimeException
    {
        public PropertyNotFoundException(string m) : base(m) { }
    }

    public class SetValueInvocationException : RuntimeException
    {
        public SetValueInvocationException(string m, Exception inner) : base(m, inner) { }
    }

    public class PSInvalidCastException : InvalidCastException
    {
        public PSInvalidCastException(string m, Exception inner = null) : base(m, inner) { }
    }

    public class ParameterBindingException : RuntimeException
    {
        public ParameterBindingException(string m, Exception inner = null) : base(m, inner) { }
    }

    public class CommandNotFoundException : RuntimeException
    {
        public CommandNotFoundException(string m) : base(m) { }
    }

    public class ItemNotFoundException : RuntimeException
    {
        public ItemNotFoundException(string m) : base(m) { }
    }

    public sealed class ErrorRecord
    {
        public Exception Exception { get; private set; }
        public string FullyQualifiedErrorId { get; private set; }
        public object TargetObject { get; private set; }
        public ErrorRecord(Exception e, string id, object target) { Exception = e; FullyQualifiedErrorId = id; TargetObject = target; }
        public override string ToString() { return Exception.Message; }
    }

    public struct SwitchParameter
    {
        readonly bool on;
        public SwitchParameter(bool on) { this.on = on; }
        public bool IsPresent { get { return on; } }
        public override string ToString() { return on.ToString(); }
    }

    // PSReference is what [ref] makes of a variable.
    public sealed class PSReference
    {
        readonly Func<object> get;
        readonly Action<object> set;
        internal PSReference(Func<object> get, Action<object> set) { this.get = get; this.set = set; }
        public object Value { get { return get(); } set { set(value); } }
    }

    public sealed class ScriptBlock
    {
        internal readonly Node Body, Parameters;
        readonly string text;
        internal ScriptBlock(Node body, Node parameters, string text) { Body = body; Parameters = parameters; this.text = text; }
        public override string ToString() { return text; }
    }
}
