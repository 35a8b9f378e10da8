"""What the emulated CloudFormation lacks: to take into a stack what exists already, as `cdk import` asks for, to keep
what is retained "except on create" when a stack is deleted, and to protect a stack from termination.

Python runs a module of this name by itself when it starts with this folder in PYTHONPATH.
"""

try:
    import moto.cloudformation.parsing as parsing
    from moto.cloudformation.responses import CloudFormationResponse
    from moto.core.responses import ActionResult
    from moto.dynamodb.models import dynamodb_backends
    from moto.kms.models import kms_backends
    from moto.s3.models import s3_backends
except ImportError:
    parsing = None

# By the name of the stack and the logical id.
imported = {}


def existing(resource_type, name, resource_class, account_id, region):
    """What the stack is to have; fails when there is no such thing."""
    if resource_type == "AWS::S3::Bucket":
        return s3_backends[account_id]["aws"].buckets[name]
    if resource_type == "AWS::KMS::Key":
        return kms_backends[account_id][region].keys[name]
    if resource_type == "AWS::DynamoDB::GlobalTable":
        table = dynamodb_backends[account_id][region].tables[name]
        return resource_class(name, {"Arn": table.table_arn})
    raise NotImplementedError(f"import of {resource_type}")


if parsing:
    create_change_set = CloudFormationResponse.create_change_set
    create_resource = parsing.parse_and_create_resource

    def create_change_set_of_imports(self):
        for each in self._get_param("ResourcesToImport", []):
            (name,) = each["ResourceIdentifier"].values()
            imported[self._get_param("StackName"), each["LogicalResourceId"]] = name
        return create_change_set(self)

    def create_or_take(logical_id, resource_json, resources_map, account_id, region_name):
        name = imported.pop((resources_map["AWS::StackName"], logical_id), None)
        if name is None:
            return create_resource(logical_id, resource_json, resources_map, account_id, region_name)
        resource_type = resource_json["Type"]
        resource_class = parsing.resource_class_from_type(resource_type)
        resource = existing(resource_type, name, resource_class, account_id, region_name)
        resource.cf_resource_type = resource_type
        resource.logical_resource_id = logical_id
        return resource

    delete_all = parsing.ResourceMap.delete

    def delete_what_is_not_kept(self):
        for definition in self._resource_json_map.values():
            if definition.get("DeletionPolicy") == "RetainExceptOnCreate":
                definition["DeletionPolicy"] = "Retain"
        delete_all(self)

    def update_termination_protection(self):
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        stack.enable_termination_protection = self._get_param("EnableTerminationProtection") in (True, "true")
        return ActionResult({"StackId": stack.stack_id})

    CloudFormationResponse.create_change_set = create_change_set_of_imports
    CloudFormationResponse.update_termination_protection = update_termination_protection
    parsing.parse_and_create_resource = create_or_take
    parsing.ResourceMap.delete = delete_what_is_not_kept
